package sourcecheck

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
)

// patterns checks the regular expressions of a Go file. Each that is written
// out must compile, since those that are compiled on first use fail nobody
// before that. And none is compiled when the program starts, which every client
// of it would wait for. Tests find their own mistakes and may do so.
func patterns(name string, text []byte) []Problem {
	if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || !bytes.Contains(text, []byte("regexp.MustCompile")) {
		return nil
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
	if err != nil {
		return nil // the compiler says it better
	}
	var problems []Problem
	report := func(n ast.Node, what string) {
		problems = append(problems, Problem{name, files.Position(n.Pos()).Line, what})
	}
	for _, d := range file.Decls {
		ast.Inspect(d, func(n ast.Node) bool {
			if pattern, ok := compiled(n); ok {
				if _, err := regexp.Compile(pattern); err != nil {
					report(n, err.Error())
				}
			}
			return true
		})
		vars, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		ast.Inspect(vars, func(n ast.Node) bool {
			if _, later := n.(*ast.FuncLit); later {
				return false
			}
			if call, ok := n.(*ast.CallExpr); ok && mustCompile(call) {
				report(n, "compiled whenever the program starts: would sync.OnceValue do?")
			}
			return true
		})
	}
	return problems
}

// compiled returns the pattern that a call of regexp.MustCompile is given, if it
// is written out there.
func compiled(n ast.Node) (pattern string, ok bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || !mustCompile(call) || len(call.Args) != 1 {
		return "", false
	}
	literal, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return "", false
	}
	pattern, err := strconv.Unquote(literal.Value)
	return pattern, err == nil
}

func mustCompile(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "MustCompile" {
		return false
	}
	pkg, ok := f.X.(*ast.Ident)
	return ok && pkg.Name == "regexp"
}
