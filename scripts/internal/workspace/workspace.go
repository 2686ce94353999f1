package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// ErrNone says that a folder is not inside a workspace.
var ErrNone = errors.New("no go.work here or above")

// Workspace is the repository.
type Workspace struct {
	Root    string   // absolute folder of go.work
	Prefix  string   // what the paths of all modules begin with, without a slash at the end
	Modules []Module // in an order in which each comes after what it needs
}

// Module is one module of the workspace.
type Module struct {
	Name  string   // folder below the root, such as "protocol"
	Path  string   // module path: prefix, slash, name
	Needs []string // names of the modules of this workspace in its require lines, sorted
}

// Find reads the workspace that dir belongs to. The error matches [ErrNone]
// when there is none.
func Find(dir string) (*Workspace, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find workspace: %w", err)
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.work")); err == nil {
			return Read(at)
		}
		if at == filepath.Dir(at) {
			return nil, fmt.Errorf("find workspace of %s: %w", dir, ErrNone)
		}
	}
}

// Read reads the workspace whose go.work is in root.
func Read(root string) (*Workspace, error) {
	name := filepath.Join(root, "go.work")
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read workspace: %w", err)
	}
	work, err := modfile.ParseWork(name, text, nil)
	if err != nil {
		return nil, fmt.Errorf("read workspace: %w", err)
	}
	files := map[string]*modfile.File{}
	w := &Workspace{Root: root}
	for _, use := range work.Use {
		name := path.Clean(use.Path)
		file, err := readModule(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		prefix, found := strings.CutSuffix(file.Module.Mod.Path, "/"+name)
		if !found || w.Prefix != "" && prefix != w.Prefix {
			return nil, fmt.Errorf("read workspace: module %s in folder %s breaks the common prefix", file.Module.Mod.Path, name)
		}
		w.Prefix = prefix
		files[name] = file
	}
	return w, w.sort(files)
}

func readModule(dir string) (*modfile.File, error) {
	name := filepath.Join(dir, "go.mod")
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read module: %w", err)
	}
	file, err := modfile.Parse(name, text, nil)
	if err != nil {
		return nil, fmt.Errorf("read module: %w", err)
	}
	if file.Module == nil {
		return nil, fmt.Errorf("read module: %s has no module line", name)
	}
	return file, nil
}

// sort fills w.Modules, each module after those it needs.
func (w *Workspace) sort(files map[string]*modfile.File) error {
	needs := map[string][]string{}
	for name, file := range files {
		for _, r := range file.Require {
			if other, ours := strings.CutPrefix(r.Mod.Path, w.Prefix+"/"); ours {
				needs[name] = append(needs[name], other)
			}
		}
		slices.Sort(needs[name])
	}
	for len(w.Modules) < len(files) {
		var ready []string
		for name := range files {
			if !w.has(name) && !slices.ContainsFunc(needs[name], func(n string) bool { return !w.has(n) }) {
				ready = append(ready, name)
			}
		}
		if len(ready) == 0 {
			return errors.New("read workspace: modules need each other, or one that go.work does not list")
		}
		slices.Sort(ready)
		for _, name := range ready {
			w.Modules = append(w.Modules, Module{Name: name, Path: w.Prefix + "/" + name, Needs: needs[name]})
		}
	}
	return nil
}

func (w *Workspace) has(name string) bool {
	return slices.ContainsFunc(w.Modules, func(m Module) bool { return m.Name == name })
}

// Dir is the folder of a module.
func (w *Workspace) Dir(m Module) string { return filepath.Join(w.Root, filepath.FromSlash(m.Name)) }

// GoFiles lists the Go files of a module, tests and files for other systems
// included, as paths relative to its folder. Folders that the go command passes
// over (testdata, and names that begin with a dot or an underscore) are left
// out.
func (w *Workspace) GoFiles(m Module) ([]string, error) {
	var files []string
	err := fs.WalkDir(os.DirFS(w.Dir(m)), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := p != "." && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_"))
		switch {
		case d.IsDir() && hidden:
			return fs.SkipDir
		case !d.IsDir() && !hidden && path.Ext(p) == ".go":
			files = append(files, p)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the files of %s: %w", m.Name, err)
	}
	return files, nil
}
