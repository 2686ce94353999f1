package protocol

import (
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/codex-go/codex/mcptypes/wire"
)

// TestUnionsInDoc holds the table of unions in the package's documentation to
// the registries: it has every union, each case has a name of the form that it
// gives, and the names that it writes out are cases.
func TestUnionsInDoc(t *testing.T) {
	t.Parallel()
	forms := unionsInDoc(t)
	for _, u := range wire.Unions() {
		if u.Type.PkgPath() != reflect.TypeFor[Op]().PkgPath() {
			continue
		}
		cases := make([]string, 0, len(u.Cases)+1)
		for _, c := range u.Cases {
			cases = append(cases, c.Type.Name())
		}
		if u.Unknown != nil {
			cases = append(cases, u.Unknown.Name())
		}
		of := forms[u.Type.Name()]
		delete(forms, u.Type.Name())
		for _, name := range cases {
			if !slices.ContainsFunc(of, func(form string) bool { return fits(name, form) }) {
				t.Errorf("%s: the case %s has none of the forms %v", u.Type.Name(), name, of)
			}
		}
		for _, form := range of {
			if !slices.ContainsFunc(cases, func(name string) bool { return fits(name, form) }) {
				t.Errorf("%s: no case has the form %s", u.Type.Name(), form)
			}
		}
	}
	for name := range forms {
		t.Errorf("%s is no union", name)
	}
}

func fits(name, form string) bool {
	suffix, open := strings.CutPrefix(form, "...")
	return name == form || open && strings.HasSuffix(name, suffix)
}

// unionsInDoc reads the table: the forms of the names of each union's cases.
func unionsInDoc(t *testing.T) map[string][]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(file.Doc.Text(), "# Unions")
	text, _, _ = strings.Cut(text, "# Messages")
	forms := make(map[string][]string)
	for line := range strings.Lines(text) {
		row, ok := strings.CutPrefix(line, "\t")
		if !ok {
			continue
		}
		unions, of, ok := strings.Cut(row, "   ")
		if !ok {
			t.Fatalf("no row of the table: %q", row)
		}
		of, _, _ = strings.Cut(of, ", with ")
		for union := range strings.SplitSeq(unions, ", ") {
			forms[union] = strings.Split(strings.TrimSpace(of), ", ")
		}
	}
	return forms
}
