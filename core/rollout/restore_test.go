package rollout

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRemoved takes the file of a live conversation away in different ways.
func TestRemoved(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("this system does not remove files that are open")
	}
	t.Parallel()
	tests := []struct {
		name     string
		remove   func(t *testing.T, home, path string)
		at       string   // what follows the path where the record is afterwards
		want     []string // texts in it
		restored int
		err      error
	}{
		{
			name:     "file",
			remove:   func(t *testing.T, _, path string) { check(t, os.Remove(path)) },
			want:     []string{"before", "after"},
			restored: 1,
		},
		{
			name:     "all sessions",
			remove:   func(t *testing.T, home, _ string) { check(t, os.RemoveAll(filepath.Join(home, sessionsDir))) },
			want:     []string{"before", "after"},
			restored: 1,
		},
		{
			name:     "home",
			remove:   func(t *testing.T, home, _ string) { check(t, os.RemoveAll(home)) },
			want:     []string{"before", "after"},
			restored: 1,
		},
		{
			name: "saved by an editor",
			remove: func(t *testing.T, _, path string) {
				text := strings.ReplaceAll(readFile(t, path), "before", "edited")
				check(t, os.Rename(writeFile(t, path+"~", text), path))
			},
			want:     []string{"edited", "after"},
			restored: 1,
		},
		{
			name:   "moved away",
			remove: func(t *testing.T, _, path string) { check(t, os.Rename(path, path+".moved")) },
			at:     ".moved",
			want:   []string{"before", "after"},
		},
		{
			name: "another conversation in its place",
			remove: func(t *testing.T, _, path string) {
				other := conversation("01999b5c-7a80-7000-8000-00000000000b", noon, "other")
				check(t, os.Rename(writeFile(t, path+"~", other), path))
			},
			want: []string{"other"},
			err:  ErrReplaced,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := filepath.Join(t.TempDir(), "home")
			restored := 0
			w, err := newStore(t, home).Create(t.Context(), Meta{ID: testID, Cwd: "/w"}, WriterOptions{OnRestored: func() { restored++ }})
			if err != nil {
				t.Fatal(err)
			}
			record(t, w, said("before"))
			flush(t, w)
			test.remove(t, home, w.Path())
			record(t, w, said("after"))
			if err := w.Flush(t.Context()); !errors.Is(err, test.err) {
				t.Errorf("Flush: %v", err)
			}
			if err := w.Close(t.Context()); !errors.Is(err, test.err) {
				t.Errorf("Close: %v", err)
			}
			if restored != test.restored {
				t.Errorf("told %d times that the file was put back", restored)
			}
			path := w.Path() + test.at
			if diff := cmp.Diff(test.want, agentTexts(t, path)); diff != "" {
				t.Error(diff)
			}
			if _, err := newStore(t, home).Meta(t.Context(), path); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRemovedAtTheEnd holds that a record which was removed, and to which
// nothing is added, stays removed.
func TestRemovedAtTheEnd(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("this system does not remove files that are open")
	}
	t.Parallel()
	w := create(t, newStore(t, t.TempDir()), Meta{Cwd: "/w"}, WriterOptions{})
	record(t, w, said("before"))
	flush(t, w)
	check(t, os.Remove(w.Path()))
	closeWriter(t, w)
	if _, err := os.Stat(w.Path()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is back: %v", err)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
