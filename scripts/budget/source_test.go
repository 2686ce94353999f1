package budget

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/codex-go/codex/scripts/internal/workspace"
)

// source is one Go file of the workspace.
type source struct {
	module  string
	file    string // slash-separated, below the root of the workspace
	pkg     string // folder: module, and the package in it
	test    bool
	imports []string
	syntax  *ast.File
}

// ours returns the package below the prefix that a path names.
func (r *repository) ours(importPath string) (pkg string, ok bool) {
	return strings.CutPrefix(importPath, r.Prefix+"/")
}

type repository struct {
	*workspace.Workspace
	sources []source
}

// load reads the repository once for all tests.
var load = sync.OnceValues(func() (*repository, error) {
	w, err := workspace.Find(".")
	if err != nil {
		return nil, err
	}
	r := &repository{Workspace: w}
	files := token.NewFileSet()
	for _, m := range w.Modules {
		names, err := w.GoFiles(m)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			syntax, err := parser.ParseFile(files, filepath.Join(w.Dir(m), filepath.FromSlash(name)), nil, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			s := source{module: m.Name, file: m.Name + "/" + name, syntax: syntax, test: strings.HasSuffix(name, "_test.go")}
			s.pkg = path.Dir(s.file)
			for _, spec := range syntax.Imports {
				p, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					return nil, err
				}
				s.imports = append(s.imports, p)
			}
			r.sources = append(r.sources, s)
		}
	}
	return r, nil
})

func sources(t *testing.T) *repository {
	t.Helper()
	r, err := load()
	if errors.Is(err, workspace.ErrNone) {
		t.Skip("not in the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(r.sources) < 100 {
		t.Fatalf("found only %d Go files", len(r.sources))
	}
	return r
}
