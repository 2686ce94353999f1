package wire_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/google/go-cmp/cmp"
)

func TestUnionLookups(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"circle", "square"}, shapes.Tags()); diff != "" {
		t.Errorf("Tags (-want +got):\n%s", diff)
	}
	if shapes.Unknown != reflect.TypeFor[otherShape]() {
		t.Errorf("Unknown is %v", shapes.Unknown)
	}
	if c, ok := shapes.Case("square"); !ok || c.Type != reflect.TypeFor[square]() {
		t.Errorf("Case(square) = %v, %v", c, ok)
	}
	if _, ok := shapes.Case("blob"); ok {
		t.Error("Case(blob) is there")
	}
	if c, ok := shapes.CaseOf(&square{}); !ok || c.Tag != "square" {
		t.Errorf("CaseOf(square) = %v, %v", c, ok)
	}
	for _, v := range []any{nil, square{}, &word{}, &otherShape{}} {
		if _, ok := shapes.CaseOf(v); ok {
			t.Errorf("CaseOf(%T) is there", v)
		}
	}
	if tag, ok := shapes.KnownTag([]byte("circle")); !ok || tag != "circle" {
		t.Errorf("KnownTag(circle) = %q, %v", tag, ok)
	}
	if _, ok := shapes.KnownTag([]byte("blob")); ok {
		t.Error("KnownTag(blob) is there")
	}
	if u, ok := wire.UnionOf(reflect.TypeFor[shape]()); !ok || u != shapes {
		t.Errorf("UnionOf = %v, %v", u, ok)
	}
	all := wire.Unions()
	if !slices.Contains(all, shapes) || !slices.IsSortedFunc(all, func(a, b *wire.Union) int {
		return strings.Compare(a.Type.String(), b.Type.String())
	}) {
		t.Error("Unions is incomplete or not sorted")
	}
}

func TestRequestCases(t *testing.T) {
	t.Parallel()
	p, _ := calls.Case("ping")
	e, _ := calls.Case("echo")
	if !p.NoParams || p.Result != reflect.TypeFor[inner]() {
		t.Errorf("ping is %+v", p)
	}
	if e.NoParams || e.Result != reflect.TypeFor[echo]() {
		t.Errorf("echo is %+v", e)
	}
}

type clash interface{ isClash() }

type clashCase struct {
	A string `json:"a"`
}

func (*clashCase) isClash() {}

type clashTwo interface{ isClash() }

type clashThree interface{ isClash() }

func TestRegisterPanics(t *testing.T) {
	wire.Register[clash](wire.Internal("type"), wire.Of[clashCase]("a"))
	for _, tc := range []struct {
		name     string
		register func()
		want     string
	}{
		{"no interface", func() { wire.Register[inner](wire.Internal("type")) }, "is not an interface"},
		{"twice", func() { wire.Register[clash](wire.Internal("type")) }, "registered twice"},
		{"no case", func() { wire.Register[clashTwo](wire.Internal("type"), wire.Of[inner]("a")) }, "is no case of"},
		{"another form", func() { wire.Register[clashTwo](wire.Internal("kind"), wire.Of[clashCase]("a")) }, "has another form"},
		{"tag twice", func() {
			wire.Register[clashTwo](wire.Internal("type"), wire.Of[clashCase]("a"), wire.Of[clashCase]("a"))
		}, "the tag a twice"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, tc.want) {
					t.Errorf("panic %q, want %q", got, tc.want)
				}
			}()
			tc.register()
		})
	}
	t.Run("the same form in two unions", func(t *testing.T) {
		wire.Register[clashThree](wire.Internal("type"), wire.Of[clashCase]("a"))
		var v clashThree
		if err := wire.Unmarshal([]byte(`{"type":"a","a":"x"}`), &v); err != nil {
			t.Error(err)
		}
	})
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	stringType := reflect.TypeFor[string]()
	for _, tc := range []struct {
		name string
		in   reflect.Type
		want wire.Object
		ok   bool
	}{
		{"case", reflect.TypeFor[moved](), wire.Object{Members: []wire.Member{
			{Name: "to", Type: reflect.TypeFor[*string](), Nullable: true},
		}}, true},
		{"tag inside", reflect.TypeFor[circle](), wire.Object{Members: []wire.Member{
			{Name: "type", Fixed: "circle", Required: true},
			{Name: "radius", Type: reflect.TypeFor[float64](), Required: true},
		}}, true},
		{"strict", reflect.TypeFor[strict](), wire.Object{Strict: true, Members: []wire.Member{
			{Name: "a", Type: stringType, Required: true},
		}}, true},
		{"embedded and omitted", reflect.TypeFor[embedding](), wire.Object{Members: []wire.Member{
			{Name: "a", Type: stringType, Required: true},
			{Name: "b", Type: reflect.TypeFor[int](), Omitted: true},
			{Name: "c", Type: stringType, Required: true},
		}}, true},
		{"transparent", reflect.TypeFor[transparent](), wire.Object{Transparent: reflect.TypeFor[shape]()}, true},
		{"writes itself", reflect.TypeFor[point](), wire.Object{}, false},
		{"no struct", stringType, wire.Object{}, false},
		{"unknown case", reflect.TypeFor[otherShape](), wire.Object{}, false},
		{"no form", reflect.TypeFor[struct {
			F func() `json:"f"`
		}](), wire.Object{}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, ok := wire.Describe(tc.in)
			sameType := cmp.Comparer(func(a, b reflect.Type) bool { return a == b })
			if diff := cmp.Diff(tc.want, got, sameType); diff != "" || ok != tc.ok {
				t.Errorf("Describe, %v (-want +got):\n%s", ok, diff)
			}
		})
	}
}
