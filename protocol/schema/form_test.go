package schema

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/google/go-cmp/cmp"
)

func current(t testing.TB) *Protocol {
	t.Helper()
	p, err := Current()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// forms lets cmp look into forms.
var forms = cmp.AllowUnexported(
	textExpr{}, numberExpr{}, enumExpr{}, listExpr{}, mapExpr{}, refExpr{}, objectExpr{}, taggedExpr{}, unionExpr{}, otherExpr{}, member{},
)

// projection says what of a form a language keeps.
type projection struct {
	types map[string]*namedType
	// typeScript has no formats, no closed objects, no open unions and no
	// overlap.
	typeScript bool
}

// form returns form without what is lost.
func (p projection) form(form expr) expr {
	switch form := form.(type) {
	case textExpr:
		if p.typeScript {
			return textExpr{}
		}
	case numberExpr:
		if p.typeScript {
			return numberExpr{}
		}
	case enumExpr:
		form.open = form.open && !p.typeScript
		return form
	case listExpr:
		return listExpr{elem: p.form(form.elem)}
	case mapExpr:
		return mapExpr{elem: p.form(form.elem)}
	case taggedExpr:
		tag := member{name: form.tag, form: constant(form.value)}
		if form.payload == "" {
			return &objectExpr{members: []member{tag}}
		}
		if payload, ok := p.types[form.payload].form.(*objectExpr); ok && payload.closed && !p.typeScript {
			return p.form(&objectExpr{closed: true, members: append([]member{tag}, payload.members...)})
		}
	case *objectExpr:
		out := &objectExpr{closed: form.closed && !p.typeScript}
		for _, m := range form.members {
			if _, absent := m.form.(absentExpr); absent {
				if p.typeScript {
					continue
				}
				m.form = anyExpr{}
			}
			m.doc, m.form = "", p.form(m.form)
			out.members = append(out.members, m)
		}
		return out
	case *unionExpr:
		out := &unionExpr{overlap: form.overlap && !p.typeScript}
		for _, c := range form.cases {
			out.cases = append(out.cases, p.form(c))
		}
		if form.other != nil && !p.typeScript {
			out.other = &otherExpr{tag: form.other.tag, prefix: form.other.prefix}
		}
		if len(out.cases) == 1 && p.typeScript {
			return out.cases[0]
		}
		return out
	}
	return form
}

// TestRoundTrip checks that what is written reads back as it was described.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	p := current(t)
	files, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	json, err := parseJSON(files[0].Data)
	if err != nil {
		t.Fatal(err)
	}
	typeScript, err := p.ownTypeScript()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		read  map[string]expr
		names []string
		keeps projection
	}{
		{"JSON Schema", json, keys(p.types), projection{types: p.types}},
		{"TypeScript", typeScript, keys(p.appServer), projection{types: p.types, typeScript: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.names, keys(test.read)); diff != "" {
				t.Errorf("types (-described +read):\n%s", diff)
			}
			for _, name := range test.names {
				if diff := cmp.Diff(test.keeps.form(p.types[name].form), test.read[name], forms); diff != "" {
					t.Errorf("%s (-described +read):\n%s", name, diff)
				}
			}
		})
	}
}

func keys[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// TestNames holds the TypeScript to the names that clients import. More names
// may come; none may go. (spec: app-server, TypeScript generation)
func TestNames(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	p := current(t)
	names := strings.Fields(string(data))
	if len(names) != 140 {
		t.Errorf("there are %d names, want 140", len(names))
	}
	for _, name := range names {
		if !p.appServer[name] {
			t.Errorf("no type is called %s", name)
		}
	}
}

// TestRegistriesAreDescribed checks that every case of every union of the
// protocol is somewhere in the description.
func TestRegistriesAreDescribed(t *testing.T) {
	t.Parallel()
	p := current(t)
	unions := 0
	for _, u := range wire.Unions() {
		if !strings.HasPrefix(u.Type.String(), "protocol.") || u.Type.Name() == "RolloutItem" {
			continue
		}
		unions++
		named := p.types[wireName(u.Type)]
		if named == nil {
			t.Errorf("%v is not described", u.Type)
			continue
		}
		form, ok := named.form.(*unionExpr)
		if !ok || len(form.cases) != len(u.Cases) {
			t.Errorf("%v has %d cases, described is %s", u.Type, len(u.Cases), describe(named.form))
			continue
		}
		if (form.other != nil) != (u.Unknown != nil) {
			t.Errorf("%v: whether unknown cases are kept is described wrongly", u.Type)
		}
	}
	if unions < 14 {
		t.Errorf("only %d unions were found", unions)
	}
}

// goWords are what only Go programmers understand.
var goWords = regexp.MustCompile(`\bnil\b|\bNil\b|\b[Zz]ero (value|field)\b|\b[Aa] zero\b|\[\*?[A-Z]|json\.[A-Z]|wire\.[A-Z]|\*[A-Z]|\(spec`)

// TestTexts checks the texts of the descriptions: every type has one, none
// speaks of Go, and every type that one names exists.
func TestTexts(t *testing.T) {
	t.Parallel()
	p := current(t)
	all := map[string]string{}
	for name, named := range p.types {
		if named.doc == "" {
			t.Errorf("%s has no text", name)
		}
		all[name] = named.doc
		var walk func(at string, form expr)
		walk = func(at string, form expr) {
			switch form := form.(type) {
			case *objectExpr:
				if form.doc != "" {
					all[at+" (a case)"+form.doc] = form.doc
				}
				for _, m := range form.members {
					all[at+"."+m.name] = m.doc
					walk(at+"."+m.name, m.form)
				}
			case *unionExpr:
				for _, c := range form.cases {
					walk(at, c)
				}
			}
		}
		walk(name, named.form)
	}
	mention := regexp.MustCompile(`\b[A-Z][a-z]+(?:[A-Z][A-Za-z]*)+\b`)
	ordinary := []string{"ChatGPT", "PageSize"}
	for at, text := range all {
		if found := goWords.FindString(text); found != "" {
			t.Errorf("the text of %s speaks of Go (%q): %s", at, found, text)
		}
		for _, name := range mention.FindAllString(text, -1) {
			if p.types[name] == nil && !slices.Contains(ordinary, name) {
				t.Errorf("the text of %s mentions %s, which does not exist: %s", at, name, text)
			}
		}
		if text != "" && !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, ".)") {
			t.Errorf("the text of %s is no sentence: %s", at, text)
		}
	}
	for key := range betterTexts() {
		if p.used[key] == "" {
			t.Errorf("no comment of %s is there to be replaced", key)
		}
	}
}

// selfWritten writes itself, and no table says how.
type selfWritten struct{}

func (*selfWritten) AppendWire(dst []byte) ([]byte, error) { return append(dst, "{}"...), nil }

type (
	aliasInput struct {
		A int `json:"a"`
	}
	holder[T any] struct {
		A T `json:"a"`
	}
)

// TestRefusedTypes checks that what cannot be described is an error, not a
// description that is wrong.
func TestRefusedTypes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		of   reflect.Type
		want string
	}{
		{"writes itself", reflect.TypeFor[holder[selfWritten]](), "writes or reads itself"},
		{"no JSON", reflect.TypeFor[chan int](), "has no form"},
		{"interface without registry", reflect.TypeFor[interface{ f() }](), "not a registered union"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := newBuilder(nil, nil).form(test.of)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
	b := newBuilder(nil, nil)
	if _, err := b.form(reflect.TypeFor[aliasInput]()); err != nil {
		t.Fatal(err)
	}
	b.origin["aliasInput"] = reflect.TypeFor[selfWritten]()
	if _, err := b.form(reflect.TypeFor[aliasInput]()); err == nil {
		t.Error("two types share a name")
	}
}

func BenchmarkCurrent(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Current(); err != nil {
			b.Fatal(err)
		}
	}
}
