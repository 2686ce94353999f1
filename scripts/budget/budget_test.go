package budget

import (
	"go/ast"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/codex-go/codex/scripts/internal/workspace"
)

func TestModules(t *testing.T) {
	t.Parallel()
	r := sources(t)
	for _, m := range r.Workspace.Modules {
		if _, ok := Modules[m.Name]; !ok {
			t.Errorf("module %s has no rule", m.Name)
		}
	}
	for _, s := range r.sources {
		for _, p := range s.imports {
			pkg, ok := r.ours(p)
			if !ok {
				continue
			}
			other, _, _ := strings.Cut(pkg, "/")
			if other != s.module && !slices.Contains(Modules[s.module], other) {
				t.Errorf("%s imports %s: %s may import %v only", s.file, pkg, s.module, Modules[s.module])
			}
		}
	}
}

func TestPure(t *testing.T) {
	t.Parallel()
	r := sources(t)
	packages := map[string][]string{} // of a module, what is held to the rule
	for _, s := range r.sources {
		if s.test || !slices.Contains(Pure, s.module) || isSchema(s.pkg) {
			continue
		}
		if p := r.Prefix + "/" + s.pkg; !slices.Contains(packages[s.module], p) {
			packages[s.module] = append(packages[s.module], p)
		}
		for _, p := range s.imports {
			first, _, _ := strings.Cut(p, "/")
			if _, ok := r.ours(p); !ok && strings.Contains(first, ".") {
				t.Errorf("%s imports %s, which is not in the standard library", s.file, p)
			}
		}
	}
	for _, name := range Pure {
		args := append([]string{"list", "-deps"}, packages[name]...)
		out, err := workspace.Run(t.Context(), filepath.Join(r.Root, name), []string{"GOWORK=off"}, "go", args...)
		if err != nil {
			t.Fatal(err)
		}
		deps := strings.Fields(out)
		if !slices.Contains(deps, "encoding/json") {
			t.Fatalf("the list of what %s needs is too short: %v", name, deps)
		}
		for _, p := range deps {
			if slices.Contains(PureBanned, p) {
				t.Errorf("%s needs %s", name, p)
			}
		}
	}
}

// isSchema reports whether a package is [Schema] or below it.
func isSchema(pkg string) bool { return strings.HasPrefix(pkg+"/", Schema+"/") }

func TestSchemaUsers(t *testing.T) {
	t.Parallel()
	r := sources(t)
	for _, s := range r.sources {
		if slices.Contains(SchemaUsers, s.module) || isSchema(s.pkg) {
			continue
		}
		for _, p := range s.imports {
			if pkg, _ := r.ours(p); isSchema(pkg) {
				t.Errorf("%s imports %s, which is for generators and commands", s.file, pkg)
			}
		}
	}
}

func TestFloors(t *testing.T) {
	t.Parallel()
	r := sources(t)
	named := map[string]int{}
	for floor, packages := range Floors {
		for _, p := range packages {
			named["core/"+p] = floor
		}
	}
	seen := map[string]bool{}
	for _, s := range r.sources {
		if s.module != "core" || s.test {
			continue
		}
		floor, ok := floorOf(named, s.pkg)
		if !ok {
			t.Errorf("%s has no floor: give it one in Floors, and a word in ARCHITECTURE.md", s.file)
			continue
		}
		seen[s.pkg] = true
		for _, p := range s.imports {
			pkg, ok := r.ours(p)
			if !ok || !strings.HasPrefix(pkg, "core/") || household(pkg) == household(s.pkg) {
				continue
			}
			if below, ok := floorOf(named, pkg); !ok || below >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d)", s.file, floor, pkg, below)
			}
		}
	}
	for p := range named {
		if !seen[p] {
			t.Errorf("Floors names %s, which does not exist", p)
		}
	}
}

// floorOf is the floor of a package, or of the nearest package above it that has
// one.
func floorOf(named map[string]int, pkg string) (int, bool) {
	for ; pkg != "."; pkg = path.Dir(pkg) {
		if floor, ok := named[pkg]; ok {
			return floor, true
		}
	}
	return 0, false
}

// household is what a package of core has in common with its neighbours: the
// first name below core.
func household(pkg string) string {
	_, rest, _ := strings.Cut(pkg, "/")
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func TestFloorOf(t *testing.T) {
	t.Parallel()
	named := map[string]int{"core/a": 2, "core/a/b": 1}
	tests := []struct {
		name  string
		pkg   string
		floor int
		ok    bool
	}{
		{"named", "core/a", 2, true},
		{"named below another", "core/a/b", 1, true},
		{"below", "core/a/internal/c", 2, true},
		{"below both", "core/a/b/c", 1, true},
		{"unknown", "core/ab", 0, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			floor, ok := floorOf(named, test.pkg)
			if floor != test.floor || ok != test.ok {
				t.Errorf("got floor %d, %v, want %d, %v", floor, ok, test.floor, test.ok)
			}
		})
	}
}

// dependency finds the rows of the table of dependencies.
var dependency = regexp.MustCompile("(?m)^\\| `([^`/]+\\.[^`/]+/[^`]+)` \\|")

// TestDocumented holds ARCHITECTURE.md to its promise: it names every direct
// dependency with its reason and no other, and every package of core that has a
// floor.
func TestDocumented(t *testing.T) {
	t.Parallel()
	r := sources(t)
	document, err := os.ReadFile(filepath.Join(r.Root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(document)
	explained := map[string]bool{}
	for _, row := range dependency.FindAllStringSubmatch(text, -1) {
		explained[row[1]] = false
	}
	if len(explained) == 0 {
		t.Fatal("found no table of dependencies")
	}
	for _, m := range r.Workspace.Modules {
		name := filepath.Join(r.Dir(m), "go.mod")
		mod, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := modfile.Parse(name, mod, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, require := range file.Require {
			if _, ok := r.ours(require.Mod.Path); ok || require.Indirect {
				continue
			}
			if _, ok := explained[require.Mod.Path]; !ok {
				t.Errorf("%s requires %s: ARCHITECTURE.md does not say why", m.Name, require.Mod.Path)
			}
			explained[require.Mod.Path] = true
		}
	}
	for p, required := range explained {
		if !required {
			t.Errorf("ARCHITECTURE.md explains %s, which no module requires directly", p)
		}
	}
	for _, packages := range Floors {
		for _, p := range packages {
			if !strings.Contains(text, "`"+p+"`") {
				t.Errorf("ARCHITECTURE.md does not mention the package `%s`", p)
			}
		}
	}
}

// TestPackagesDocumented holds every package to a package comment.
func TestPackagesDocumented(t *testing.T) {
	t.Parallel()
	r := sources(t)
	documented := map[string]bool{}
	for _, s := range r.sources {
		if !s.test {
			documented[s.pkg] = documented[s.pkg] || s.syntax.Doc != nil
		}
	}
	for p, ok := range documented {
		if !ok {
			t.Errorf("%s has no package comment: write a doc.go", p)
		}
	}
}

// TestNoGlobalState finds functions init, and package variables that are maps
// and change.
func TestNoGlobalState(t *testing.T) {
	t.Parallel()
	r := sources(t)
	maps := map[string]map[string]bool{} // of a package, the names of its maps
	for _, s := range r.sources {
		if s.test {
			continue
		}
		for _, name := range packageMaps(s.syntax) {
			if maps[s.pkg] == nil {
				maps[s.pkg] = map[string]bool{}
			}
			maps[s.pkg][name] = true
		}
		for _, d := range s.syntax.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" && Inits[s.file] == "" {
				t.Errorf("%s has a function init: do it where somebody asks for it", s.file)
			}
		}
	}
	for _, s := range r.sources {
		if s.test {
			continue
		}
		for _, name := range mapWrites(s.syntax, maps[s.pkg]) {
			if key := s.file + ": " + name; Maps[key] == "" {
				t.Errorf("%s changes the package variable: state belongs to a value that somebody owns", key)
			}
		}
	}
}

// packageMaps lists the package variables of a file that are maps by their type
// or their value.
func packageMaps(file *ast.File) []string {
	var names []string
	for _, d := range file.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.VAR {
			continue
		}
		for _, s := range decl.Specs {
			spec := s.(*ast.ValueSpec)
			for i, name := range spec.Names {
				if isMap(spec.Type) || i < len(spec.Values) && isMap(spec.Values[i]) {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}

// isMap reports whether an expression is a map type, a map literal, or a map
// that is made.
func isMap(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.MapType:
		return true
	case *ast.CompositeLit:
		return isMap(e.Type)
	case *ast.CallExpr:
		f, ok := e.Fun.(*ast.Ident)
		return ok && f.Name == "make" && len(e.Args) > 0 && isMap(e.Args[0])
	}
	return false
}

// mapWrites lists which of the package's maps a file changes. A name that is
// declared in a function is another one.
func mapWrites(file *ast.File, maps map[string]bool) []string {
	var writes []string
	global := func(e ast.Expr) {
		id, ok := e.(*ast.Ident)
		if !ok || !maps[id.Name] {
			return
		}
		if id.Obj == nil || file.Scope.Lookup(id.Name) == id.Obj {
			writes = append(writes, id.Name)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if index, ok := left.(*ast.IndexExpr); ok {
					global(index.X)
				} else if n.Tok == token.ASSIGN {
					global(left)
				}
			}
		case *ast.IncDecStmt:
			if index, ok := n.X.(*ast.IndexExpr); ok {
				global(index.X)
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "delete" || f.Name == "clear") && len(n.Args) > 0 {
				global(n.Args[0])
			}
		}
		return true
	})
	return writes
}
