package wire_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/google/go-cmp/cmp"
)

func TestAppend(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		in   any
		want string
	}{
		{
			name: "zero values", in: &everything{Shape: &circle{}},
			want: `{"text":"","flag":false,"small":0,"big":0,"score":0.0,"narrow":0.0,"color":"","bytes":"","list":[],` +
				`"map":{},"raw":null,"pointer":null,"inner":{"a":""},"table":{},"shape":{"type":"circle","radius":0.0},` +
				`"shapes":[],"null_raw":null,"optional":false}`,
		},
		{
			name: "values",
			in: &everything{
				Text: "<é>", Flag: true, Small: -8, Big: math.MaxUint64, Score: 37, Narrow: 0.9, Color: "red",
				Bytes: []byte{0xff, 0xfe, 'o', 'k'}, List: []string{"b", "a"}, Map: map[string]int{"b": 2, "a": 1},
				Raw: json.RawMessage("{ \"x\" :\n[1, \"a b\"]\t}"), Pointer: new("p"), Inner: inner{A: "a", B: 1},
				Table: map[string]inner{"k": {A: "v"}}, Shape: &square{Side: 1.5},
				Shapes:  []shape{&circle{Radius: 1}, &otherShape{Type: "blob", Raw: json.RawMessage(`{"type": "blob", "n": 1}`)}},
				NullRaw: json.RawMessage("1"), Omitted: "o", OmitList: []string{}, OmitRaw: json.RawMessage("null"),
				OmitUnit: &circle{Radius: 2}, Optional: true, Input: "not written", Ignored: "nor this", hidden: "nor this",
				Tree: &tree{Children: []tree{{}}}, Raws: map[string]rawAny{"a": nil, "b": json.RawMessage("[ ]")},
			},
			want: `{"text":"<é>","flag":true,"small":-8,"big":18446744073709551615,"score":37.0,"narrow":0.9,"color":"red",` +
				`"bytes":"//5vaw==","list":["b","a"],"map":{"a":1,"b":2},"raw":{"x":[1,"a b"]},"pointer":"p",` +
				`"inner":{"a":"a","b":1},"table":{"k":{"a":"v"}},"shape":{"type":"square","side":1.5},` +
				`"shapes":[{"type":"circle","radius":1.0},{"type":"blob","n":1}],"null_raw":1,"omitted":"o","omit_list":[],` +
				`"omit_raw":null,"omit_shape":{"type":"circle","radius":2.0},"optional":true,` +
				`"tree":{"children":[{"children":[]}]},"raws":{"a":null,"b":[]}}`,
		},
		{name: "struct by value", in: inner{A: "a"}, want: `{"a":"a"}`},
		{name: "embedded", in: &embedding{inner: inner{A: "a"}, C: "c"}, want: `{"a":"a","c":"c"}`},
		{name: "fixed", in: &fixed{A: "a"}, want: `{"type":"exec","a":"a"}`},
		{name: "transparent", in: &transparent{Shape: &circle{Radius: 1}}, want: `{"type":"circle","radius":1.0}`},
		{name: "case alone, tag inside", in: &circle{Radius: 1}, want: `{"type":"circle","radius":1.0}`},
		{name: "case alone, tag beside", in: &word{Text: "w"}, want: `{"type":"word","data":{"text":"w"}}`},
		{name: "case alone, tag outside", in: &added{Content: "c"}, want: `{"add":{"content":"c"}}`},
		{name: "case alone, tag elsewhere", in: &echo{Text: "t"}, want: `{"text":"t"}`},
		{name: "case alone, without tag", in: &named{Name: "n"}, want: `{"name":"n"}`},
		{name: "list of cases", in: []beside{&word{Text: "w"}, &picture{}}, want: `[{"type":"word","data":{"text":"w"}},{"type":"picture","data":{"url":""}}]`},
		{name: "map of cases", in: map[string]outside{"f": &moved{}}, want: `{"f":{"move":{"to":null}}}`},
		{name: "unknown case without raw", in: &otherShape{Type: "x"}, want: `{"type":"x"}`},
		{
			name: "types that write themselves",
			in:   &custom{Point: point{"1", "2"}, Points: map[string]point{"k": {"3", "4"}}, Maybe: maybe{state: "null"}},
			want: `{"point":"1,2","points":{"k":"3,4"},"maybe":null}`,
		},
		{name: "absence", in: custom{}, want: `{"point":","}`},
		{name: "nil pointer", in: (*inner)(nil), want: `null`},
		{name: "slice", in: []int{1, 2}, want: `[1,2]`},
		{name: "string", in: "s", want: `"s"`},
		{name: "pointer to pointer", in: new(new("s")), want: `"s"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := wire.Append([]byte("> "), tc.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("> "+tc.want, string(got)); diff != "" {
				t.Errorf("Append (-want +got):\n%s", diff)
			}
			if !json.Valid(got[2:]) {
				t.Errorf("not JSON: %s", got)
			}
		})
	}
}

func TestAppendInputFields(t *testing.T) {
	t.Parallel()
	type withID struct {
		ID string `json:"id" wire:"input"`
		A  string `json:"a"`
	}
	for _, tc := range []struct {
		name string
		in   withID
		want string
	}{
		{"set", withID{ID: "i", A: "a"}, `{"id":"i","a":"a"}`},
		{"not set", withID{A: "a"}, `{"a":"a"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := wire.Options{InputFields: true}.Append(nil, &tc.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Errorf("Append (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAppendErrors(t *testing.T) {
	t.Parallel()
	type holder struct {
		Shapes []shape `json:"shapes"`
	}
	deep := &tree{}
	for range wire.MaxDepth {
		deep = &tree{Children: []tree{*deep}}
	}
	var none shape
	for _, tc := range []struct {
		name string
		in   any
		want string
	}{
		{"nil union", &holder{Shapes: []shape{&circle{}, none}}, "shapes[1]: got nothing, want a shape"},
		{"nil case", &holder{Shapes: []shape{(*circle)(nil)}}, "shapes[0]: got nothing, want a shape"},
		{"not a number", &circle{Radius: math.NaN()}, "radius: got a number that is not finite, want number"},
		{"infinite in a map", map[string]float32{"k": float32(math.Inf(1))}, "k: got a number that is not finite, want number"},
		{"raw not JSON", map[string]rawAny{"k": json.RawMessage("{\n")}, "k: invalid JSON at byte 2: got the end, want a key"},
		{"raw of two values", []rawAny{json.RawMessage("1 2")}, "[0]: invalid JSON at byte 2: got '2', want the end"},
		{"raw empty", []rawAny{{}}, "[0]: invalid JSON at byte 0: got the end, want a value"},
		{"no value", nil, "wire: there is no value"},
		{"no form", make(chan int), "wire: type chan int: no JSON form for the kind chan"},
		{"no form inside", struct {
			F func() `json:"f"`
		}{}, "wire: type func(): no JSON form for the kind func"},
		{"interface that is no union", &struct {
			V any `json:"v"`
		}{}, "wire: type interface {}: the interface is not a registered union"},
		{"unknown option", &struct {
			V string `json:"v" wire:"whatever"`
		}{}, "unknown wire option whatever of V"},
		{"unknown json option", &struct {
			V string `json:"v,omitempty"`
		}{}, "unknown json option omitempty of V"},
		{"two members of one name", &struct {
			inner
			W string `json:"a"`
		}{}, "the member a is declared twice"},
		{"nullable that cannot be nil", &struct {
			V string `json:"v" wire:"nullable"`
		}{}, "V is nullable but cannot be nil"},
		{"keys that are no strings", map[int]string{}, "keys of a map must be strings"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := wire.Append([]byte("kept"), tc.in)
			if err == nil {
				t.Fatalf("got %s and no error", got)
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %q does not contain %q", err, tc.want)
			}
			if string(got) != "kept" {
				t.Errorf("the buffer is %q after the error", got)
			}
		})
	}
	t.Run("too deep", func(t *testing.T) {
		t.Parallel()
		_, err := wire.Append(nil, deep)
		var e *wire.Error
		if !errors.As(err, &e) || e.Want != "at most 128 levels" {
			t.Errorf("got %v", err)
		}
	})
}

func TestAppendRawKeepsLine(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, want string }{
		{"newlines between tokens", "{\r\n\"a\" : [ 1 ,\n2 ] }\n", `{"a":[1,2]}`},
		{"escaped newline stays", `"a\n b"`, `"a\n b"`},
		{"quote and backslash", `{"a\\": "\" :", "b": 1}`, `{"a\\":"\" :","b":1}`},
		{"numbers as written", ` 1.00e+5 `, `1.00e+5`},
		{"not UTF-8", "\"a\xffb\"", "\"a\uFFFDb\""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := wire.AppendRaw(nil, json.RawMessage(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Errorf("AppendRaw (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAppendAllocatesNothing(t *testing.T) {
	in := &everything{
		Text: "text", Bytes: []byte("bytes"), List: []string{"a"}, Raw: json.RawMessage(`{"a": 1}`), Pointer: new("p"),
		Shape: &square{Side: 1.5}, Shapes: []shape{&circle{}, &otherShape{Raw: json.RawMessage(`{"type":"x"}`)}},
	}
	dst := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() {
		var err error
		if dst, err = wire.Append(dst[:0], in); err != nil {
			t.Fatal(err)
		}
	}); n > 6 { // sorting the keys of the two maps of the struct
		t.Errorf("Append of a struct with two maps allocates %v times", n)
	}
	if n := testing.AllocsPerRun(100, func() {
		var err error
		if dst, err = wire.Append(dst[:0], in.Shape); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("Append of a case allocates %v times", n)
	}
}
