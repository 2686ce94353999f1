package workspace

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// write lays out files below a folder.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"go.work":           "go 1.26.0\n\nuse (\n\t./a\n\t./b\n\t./c\n)\n",
		"a/go.mod":          "module example.org/x/a\n\ngo 1.26\n\nrequire (\n\texample.org/x/b v0.0.0\n\texample.org/x/c v0.0.0\n\tgolang.org/x/sys v0.1.0\n)\n",
		"b/go.mod":          "module example.org/x/b\n\ngo 1.26\n\nrequire example.org/x/c v0.0.0\n",
		"c/go.mod":          "module example.org/x/c\n\ngo 1.26\n",
		"a/a.go":            "package a\n",
		"a/deep/b_test.go":  "package deep\n",
		"a/deep/text.txt":   "",
		"a/testdata/no.go":  "package no\n",
		"a/.hidden/no.go":   "package no\n",
		"a/_old/no.go":      "package no\n",
		"a/deep/_ignore.go": "package no\n",
	})
	got, err := Find(filepath.Join(dir, "a", "deep"))
	if err != nil {
		t.Fatal(err)
	}
	want := &Workspace{Root: dir, Prefix: "example.org/x", Modules: []Module{
		{Name: "c", Path: "example.org/x/c"},
		{Name: "b", Path: "example.org/x/b", Needs: []string{"c"}},
		{Name: "a", Path: "example.org/x/a", Needs: []string{"b", "c"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("workspace (-want +got):\n%s", diff)
	}
	files, err := got.GoFiles(got.Modules[2])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a.go", "deep/b_test.go"}, files); diff != "" {
		t.Errorf("Go files (-want +got):\n%s", diff)
	}
}

func TestFindErrors(t *testing.T) {
	t.Parallel()
	work := "go 1.26.0\n\nuse (\n\t./a\n\t./b\n)\n"
	tests := []struct {
		name  string
		files map[string]string
		want  error
	}{
		{"no workspace", nil, ErrNone},
		{"no module", map[string]string{"go.work": work}, os.ErrNotExist},
		{"other prefix", map[string]string{"go.work": work, "a/go.mod": "module x.org/a\n", "b/go.mod": "module y.org/b\n"}, nil},
		{"other folder", map[string]string{"go.work": work, "a/go.mod": "module x.org/b\n", "b/go.mod": "module x.org/b\n"}, nil},
		{"circle", map[string]string{
			"go.work":  work,
			"a/go.mod": "module x.org/a\n\nrequire x.org/b v0.0.0\n",
			"b/go.mod": "module x.org/b\n\nrequire x.org/a v0.0.0\n",
		}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, test.files)
			_, err := Find(dir)
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got error %v, want %v", err, test.want)
			}
		})
	}
}

func TestFilesAndCopy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		".gitignore":  "*.out\n",
		"kept.go":     "package kept\n",
		"sub/new.txt": "new\n",
		"gone.go":     "package gone\n",
		"cpu.out":     "x",
	})
	for _, args := range [][]string{{"init", "-q"}, {"add", "kept.go", "gone.go"}} {
		if _, err := Git(t.Context(), dir, args...); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "gone.go")); err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	if err := Copy(t.Context(), dir, to); err != nil {
		t.Fatal(err)
	}
	if _, err := Git(t.Context(), to, "init", "-q"); err != nil {
		t.Fatal(err)
	}
	got, err := Files(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{".gitignore", "kept.go", "sub/new.txt"}, got); diff != "" {
		t.Errorf("copied files (-want +got):\n%s", diff)
	}
}
