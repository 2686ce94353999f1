package budget

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
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
	for _, s := range r.sources {
		if s.test || s.pkg == Schema || !slices.Contains(Pure, s.module) {
			continue
		}
		for _, p := range s.imports {
			first, _, _ := strings.Cut(p, "/")
			if _, ok := r.ours(p); !ok && strings.Contains(first, ".") {
				t.Errorf("%s imports %s, which is not in the standard library", s.file, p)
			}
		}
	}
	for _, name := range Pure {
		list := []string{"list", "-deps"}
		for _, s := range r.sources {
			if s.module == name && s.pkg != Schema {
				list = append(list, "."+strings.TrimPrefix(s.pkg, name))
			}
		}
		out, err := workspace.Run(t.Context(), filepath.Join(r.Root, name), []string{"GOWORK=off"}, "go", slices.Compact(list)...)
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

func TestSchemaUsers(t *testing.T) {
	t.Parallel()
	r := sources(t)
	for _, s := range r.sources {
		if slices.Contains(SchemaUsers, s.module) || strings.HasPrefix(s.pkg+"/", Schema+"/") {
			continue
		}
		for _, p := range s.imports {
			if pkg, _ := r.ours(p); strings.HasPrefix(pkg+"/", Schema+"/") {
				t.Errorf("%s imports %s, which is for generators and commands", s.file, pkg)
			}
		}
	}
}

func TestFloors(t *testing.T) {
	t.Parallel()
	r := sources(t)
	floors := map[string]int{}
	for floor, packages := range Floors {
		for _, p := range packages {
			floors["core/"+p] = floor
		}
	}
	seen := map[string]bool{}
	for _, s := range r.sources {
		if s.module != "core" || s.test {
			continue
		}
		seen[s.pkg] = true
		floor, ok := floors[s.pkg]
		if !ok {
			t.Errorf("%s has no floor: give it one in Floors, and a word in ARCHITECTURE.md", s.pkg)
			floors[s.pkg] = len(Floors) // said once
			continue
		}
		for _, p := range s.imports {
			if pkg, ok := r.ours(p); ok && strings.HasPrefix(pkg, "core/") && floors[pkg] >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d)", s.file, floor, pkg, floors[pkg])
			}
		}
	}
	for p := range floors {
		if !seen[p] {
			t.Errorf("Floors names %s, which does not exist", p)
		}
	}
}

// TestDocumented holds ARCHITECTURE.md to its promise: it names every direct
// dependency with its reason, and every package of core.
func TestDocumented(t *testing.T) {
	t.Parallel()
	r := sources(t)
	text, err := os.ReadFile(filepath.Join(r.Root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
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
			if _, ok := r.ours(require.Mod.Path); !ok && !require.Indirect && !strings.Contains(string(text), "`"+require.Mod.Path+"`") {
				t.Errorf("%s requires %s: ARCHITECTURE.md does not say why", m.Name, require.Mod.Path)
			}
		}
	}
	for _, packages := range Floors {
		for _, p := range packages {
			if !strings.Contains(string(text), "`"+p+"`") {
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
