package rename

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/scripts/internal/workspace"
)

func TestReplace(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string
	}{
		{"alone", "a.org/x", "b.org/y/z"},
		{"path", `import "a.org/x/core"`, `import "b.org/y/z/core"`},
		{"address", "https://a.org/x.git", "https://b.org/y/z.git"},
		{"end of sentence", "See a.org/x.", "See b.org/y/z."},
		{"twice", "a.org/x a.org/x/p", "b.org/y/z b.org/y/z/p"},
		{"longer name", "a.org/x-tools a.org/x2 a.org/x_y", "a.org/x-tools a.org/x2 a.org/x_y"},
		{"other host", "my.a.org/x a-a.org/x", "my.a.org/x a-a.org/x"},
		{"none", "something", "something"},
		{"empty", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, Replace(test.text, "a.org/x", "b.org/y/z")); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPrefix renames a copy of this repository: nothing of the old name may be
// left, the result must build, and going back must give what was there.
func TestPrefix(t *testing.T) {
	t.Parallel()
	w, err := workspace.Find(".")
	if errors.Is(err, workspace.ErrNone) {
		t.Skip("not in the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(w.Root, ".git")); err != nil {
		t.Skip("not a checkout")
	}
	dir := t.TempDir()
	if err := workspace.Copy(t.Context(), w.Root, dir); err != nil {
		t.Fatal(err)
	}
	if _, err := workspace.Git(t.Context(), dir, "init", "-q"); err != nil {
		t.Fatal(err)
	}
	before := read(t, dir)
	// Its place in the alphabet differs from that of the imports around it. The
	// two halves keep the way back from changing this file.
	const prefix = "zebra.example/" + "some/agent"
	changed, err := Prefix(t.Context(), dir, prefix)
	if err != nil {
		t.Fatal(err)
	}
	if len(changed) == 0 {
		t.Fatal("nothing was changed")
	}
	for name, text := range read(t, dir) {
		if strings.Contains(text, w.Prefix) {
			t.Errorf("%s still holds the old prefix", name)
		}
	}
	renamed, err := workspace.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if renamed.Prefix != prefix {
		t.Errorf("got prefix %q, want %q", renamed.Prefix, prefix)
	}
	// Listing resolves every import, in the workspace and in each module by
	// itself; compiling adds nothing that a change of names could break.
	list(t, dir, "", "work")
	for _, m := range renamed.Modules {
		list(t, renamed.Dir(m), "off", "./...")
	}
	if _, err := Prefix(t.Context(), dir, w.Prefix); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, read(t, dir)); diff != "" {
		t.Errorf("there and back (-want +got):\n%s", diff)
	}
}

// list lists packages with all that they need, tests included, and fails when
// an import cannot be resolved.
func list(t *testing.T, dir, work string, pattern string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-test", pattern)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK="+work)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("list packages in %s: %v\n%s", filepath.Base(dir), err, out)
	}
}

func read(t *testing.T, dir string) map[string]string {
	t.Helper()
	names, err := workspace.Files(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	return files
}

func TestPrefixRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.work": "go 1.26.0\n\nuse ./a\n", "a/go.mod": "module x.org/y/a\n\ngo 1.26\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, prefix := range []string{"", "nodot", "x.org/y/", "x.org//y", "https://x.org/y", "x.org/a b"} {
		if _, err := Prefix(t.Context(), dir, prefix); err == nil {
			t.Errorf("the prefix %q was accepted", prefix)
		}
	}
}
