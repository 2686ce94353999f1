package budget

import (
	"go/parser"
	"go/token"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMapWrites(t *testing.T) {
	t.Parallel()
	const vars = "var a = map[string]int{}\nvar b map[string]int\nvar c, d = 1, make(map[string]int)\n"
	tests := []struct {
		name, body string
		want       []string
	}{
		{"read", "_ = a[\"x\"]; for range b {}; _ = len(d)", nil},
		{"element", "a[\"x\"] = 1", []string{"a"}},
		{"element, added", "a[\"x\"]++; a[\"x\"] += 2", []string{"a", "a"}},
		{"whole", "b = nil", []string{"b"}},
		{"one of several", "c, d[\"x\"] = 1, 2", []string{"d"}},
		{"delete and clear", "delete(a, \"x\"); clear(d)", []string{"a", "d"}},
		{"no map", "c = 2", nil},
		{"local of the name", "a := map[string]int{}; a[\"x\"] = 1; delete(a, \"x\")", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			source := "package p\n\n" + vars + "func f() {" + test.body + "}\n"
			file, err := parser.ParseFile(token.NewFileSet(), "p.go", source, 0)
			if err != nil {
				t.Fatal(err)
			}
			maps := map[string]bool{}
			for _, name := range packageMaps(file) {
				maps[name] = true
			}
			if diff := cmp.Diff(map[string]bool{"a": true, "b": true, "d": true}, maps); diff != "" {
				t.Fatalf("maps (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, mapWrites(file, maps)); diff != "" {
				t.Errorf("writes (-want +got):\n%s", diff)
			}
		})
	}
}
