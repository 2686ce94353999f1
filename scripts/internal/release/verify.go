package release

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/codex-go/codex/scripts/internal/workspace"
)

// Package is what the go command lists of a package.
type goPackage struct {
	ImportPath string
	Name       string
}

// Verify does what the users of a release do, in scratch folders below dir:
// for each module, a program in a module of its own imports all packages that
// it offers, is built and run; and "go install" installs each program of the
// release. The module cache that is used knows nothing of the released modules.
// It returns the folder with the installed programs.
func (r *Release) Verify(ctx context.Context, dir string) (bin string, err error) {
	bin = filepath.Join(dir, "bin")
	cache := filepath.Join(dir, "modcache")
	for _, m := range r.Workspace.Modules {
		libraries, programs, err := r.packages(ctx, m)
		if err != nil {
			return "", fmt.Errorf("verify release %s: %w", r.Version, err)
		}
		if len(libraries)+len(programs) == 0 {
			return "", fmt.Errorf("verify release %s: %s has nothing to import or install", r.Version, m.Path)
		}
		if len(libraries) > 0 {
			r.progress("import " + m.Path)
			if err := r.importAll(ctx, filepath.Join(dir, "uses", m.Name), cache, m, libraries); err != nil {
				return "", fmt.Errorf("verify release %s: import %s: %w", r.Version, m.Path, err)
			}
		}
		for _, program := range programs {
			r.progress("install " + program + "@" + r.Version)
			_, err := r.goCommand(ctx, dir, cache, []string{"GOBIN=" + bin}, "install", program+"@"+r.Version)
			if err != nil {
				return "", fmt.Errorf("verify release %s: install: %w", r.Version, err)
			}
		}
	}
	return bin, nil
}

// packages lists the packages of a module that others can import and the
// programs that they can install.
func (r *Release) packages(ctx context.Context, m workspace.Module) (libraries, programs []string, err error) {
	out, err := workspace.Run(ctx, r.Workspace.Dir(m), append(slices.Clone(r.env), "GOWORK=off", "GOFLAGS=-mod=mod"),
		"go", "list", "-e", "-find", "-json=ImportPath,Name", "./...")
	if err != nil {
		return nil, nil, err
	}
	for d := json.NewDecoder(strings.NewReader(out)); ; {
		var p goPackage
		err := d.Decode(&p)
		switch {
		case errors.Is(err, io.EOF):
			return libraries, programs, nil
		case err != nil:
			return nil, nil, fmt.Errorf("list packages of %s: %w", m.Path, err)
		case slices.Contains(strings.Split(p.ImportPath, "/"), "internal"):
		case p.Name == "main":
			programs = append(programs, p.ImportPath)
		case p.Name != "": // else a folder with tests only
			libraries = append(libraries, p.ImportPath)
		}
	}
}

// importAll builds and runs a program that imports packages of one module.
func (r *Release) importAll(ctx context.Context, dir, cache string, m workspace.Module, packages []string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var source strings.Builder
	source.WriteString("package main\n\nimport (\n")
	for _, p := range packages {
		fmt.Fprintf(&source, "\t_ %q\n", p)
	}
	source.WriteString(")\n\nfunc main() { println(\"imported\") }\n")
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source.String()), 0o644); err != nil {
		return err
	}
	get := []string{"get"}
	for _, p := range packages {
		get = append(get, p+"@"+r.Version)
	}
	program := filepath.Join(dir, "program.exe")
	for _, args := range [][]string{
		{"mod", "init", "example.org/stranger"},
		get,
		{"build", "-o", program, "."},
	} {
		if _, err := r.goCommand(ctx, dir, cache, nil, args...); err != nil {
			return err
		}
	}
	_, err := r.run(ctx, dir, program)
	return err
}
