package turndiff

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/codex-go/codex/core/patch"
	"github.com/google/go-cmp/cmp"
)

// workplace is a folder in which a test applies patches.
type workplace struct {
	*testing.T
	dir     string
	tracker *Tracker
}

// newWorkplace makes a folder that is a repository or lies outside of any.
func newWorkplace(t *testing.T, repository bool, files map[string]string) *workplace {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &workplace{t, dir, New()}
	if repository {
		w.mkdir(".git")
	}
	for name, content := range files {
		w.write(name, content)
	}
	return w
}

func (w *workplace) path(name string) string { return filepath.Join(w.dir, name) }

func (w *workplace) mkdir(name string) {
	w.Helper()
	if err := os.MkdirAll(w.path(name), 0o755); err != nil {
		w.Fatal(err)
	}
}

func (w *workplace) write(name, content string) {
	w.Helper()
	w.mkdir(filepath.Dir(name))
	if err := os.WriteFile(w.path(name), []byte(content), 0o644); err != nil {
		w.Fatal(err)
	}
}

func (w *workplace) chmod(name string, mode fs.FileMode) {
	w.Helper()
	if err := os.Chmod(w.path(name), mode); err != nil {
		w.Fatal(err)
	}
}

func (w *workplace) link(name, target string) {
	w.Helper()
	if err := os.Symlink(target, w.path(name)); err != nil {
		w.Fatal(err)
	}
}

func (w *workplace) remove(name string) {
	w.Helper()
	if err := os.Remove(w.path(name)); err != nil {
		w.Fatal(err)
	}
}

// patch announces a patch to the tracker and applies it.
func (w *workplace) patch(body ...string) {
	w.Helper()
	p, err := patch.Parse("*** Begin Patch\n" + strings.Join(body, "\n") + "\n*** End Patch")
	if err != nil {
		w.Fatal(err)
	}
	plan, err := patch.NewPlan(w.Context(), patch.OS(), w.dir, p)
	if err != nil {
		w.Fatal(err)
	}
	if err := w.tracker.Begin(w.Context(), plan.Changes()); err != nil {
		w.Fatal(err)
	}
	if err := plan.Apply(w.Context(), patch.OS()); err != nil {
		w.Fatal(err)
	}
}

// diff returns what the tracker hands out.
func (w *workplace) diff() (string, bool) {
	w.Helper()
	text, changed, err := w.tracker.Diff(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return text, changed
}

func (w *workplace) want(lines ...string) {
	w.Helper()
	want := ""
	if len(lines) > 0 {
		want = strings.Join(lines, "\n") + "\n"
	}
	got, _ := w.diff()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("diff (-want +got):\n%s", diff)
	}
}
