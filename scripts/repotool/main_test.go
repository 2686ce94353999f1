package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/scripts/internal/workspace"
)

// enter makes a repository with two small modules and goes there.
func enter(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.work":  "go 1.26.0\n\nuse (\n\t./a\n\t./b\n)\n",
		"a/go.mod": "module example.org/x/a\n\ngo 1.26\n",
		"a/a.go":   "package a\n",
		"b/go.mod": "module example.org/x/b\n\ngo 1.26\n\nrequire example.org/x/a v0.0.0\n\nreplace example.org/x/a => ../a\n",
		"b/b.go":   "package b\n\nimport _ \"example.org/x/a\"\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := workspace.Git(t.Context(), dir, "init", "--quiet"); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
}

func TestRunRefuses(t *testing.T) {
	enter(t)
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, "say check"},
		{"unknown", []string{"fly"}, "no command"},
		{"check with argument", []string{"check", "all"}, "no arguments"},
		{"rename to nothing", []string{"rename"}, "usage"},
		{"rename with a flag", []string{"rename", "-x"}, "usage"},
		{"rename to no path", []string{"rename", "https://example.org"}, "malformed"},
		{"release of nothing", []string{"release"}, "usage"},
		{"release with changes", []string{"release", "v1.0.0"}, "not committed"},
		{"release of no version", []string{"release", "-dry-run", "one"}, "not of the form"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := run(t.Context(), test.args, &bytes.Buffer{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	enter(t)
	var out bytes.Buffer
	if err := run(t.Context(), []string{"check"}, &out); err != nil {
		t.Errorf("clean sources: %v\n%s", err, out.String())
	}
	if err := os.WriteFile("a/b.go", []byte("package a\n\n// FIX"+"ME: all of it\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{"check"}, &out); err == nil {
		t.Error("unfinished sources passed")
	}
	if diff := cmp.Diff("a/b.go:3: unfinished: FIX"+"ME\n", out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

func TestRename(t *testing.T) {
	enter(t)
	var out bytes.Buffer
	if err := run(t.Context(), []string{"rename", "example.com/y"}, &out); err != nil {
		t.Fatal(err)
	}
	want := "a/go.mod\nb/b.go\nb/go.mod\n3 files changed from example.org/x to example.com/y\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}
