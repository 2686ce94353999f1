package rollout

import (
	"errors"
	"fmt"
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
			w, err := newStore(t, home).Create(t.Context(), Meta{ID: testID, Cwd: "/w"}, WriterOptions{OnRestored: func(lost bool) {
				if restored++; lost {
					t.Error("something is said to be lost")
				}
			}})
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

// TestShortened cuts the file of a live conversation off: what follows can
// still be told to be its.
func TestShortened(t *testing.T) {
	t.Parallel()
	for _, resumed := range []bool{false, true} {
		for _, test := range []struct {
			name string
			keep func(text string) string
			want []string
		}{
			{"to nothing", func(string) string { return "" }, []string{"after", "more"}},
			{"within the first line", func(text string) string { return text[:40] }, []string{"after", "more"}},
			{"behind the first line", func(text string) string { return text[:strings.Index(text, "\n")+1] }, []string{"after", "more"}},
			{"within a later line", func(text string) string { return text[:len(text)-5] }, []string{"one", "after", "more"}},
			{"the beginning", func(text string) string { return text[strings.Index(text, "\n")+1:] }, []string{"one", "two", "after", "more"}},
		} {
			t.Run(fmt.Sprintf("%s, resumed %v", test.name, resumed), func(t *testing.T) {
				t.Parallel()
				s := newStore(t, t.TempDir())
				told := 0
				o := WriterOptions{OnRestored: func(lost bool) {
					if told++; !lost {
						t.Error("nothing is said to be lost")
					}
				}}
				w := create(t, s, Meta{ID: testID, Cwd: "/w"}, o)
				record(t, w, said("one"), said("two"))
				flush(t, w)
				if resumed {
					closeWriter(t, w)
					var err error
					if w, err = s.Resume(t.Context(), w.Path(), o); err != nil {
						t.Fatal(err)
					}
					defer closeWriter(t, w)
				}
				check(t, os.WriteFile(w.Path(), []byte(test.keep(readFile(t, w.Path()))), 0o600))
				record(t, w, said("after"))
				flush(t, w)
				record(t, w, said("more"))
				flush(t, w)
				if told != 1 {
					t.Errorf("told %d times", told)
				}
				if diff := cmp.Diff(test.want, agentTexts(t, w.Path())); diff != "" {
					t.Error(diff)
				}
				if h, err := s.Load(t.Context(), w.Path()); err != nil || h.ID != testID || h.Meta.Cwd != "/w" {
					t.Errorf("%+v %v", h, err)
				}
			})
		}
	}
}

// TestAppendedTo has a program that knows no lock append to the file of a live
// conversation: nothing of either is lost.
func TestAppendedTo(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"a line", "{\"theirs\":1}\n", "{\"theirs\":1}\n"},
		{"half a line", "{\"theirs\":1", "{\"theirs\":1\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := create(t, newStore(t, t.TempDir()), Meta{ID: testID, Cwd: "/w"}, WriterOptions{OnRestored: func(bool) {
				t.Error("something is said to be mended")
			}})
			record(t, w, said("one"))
			flush(t, w)
			before := readFile(t, w.Path())
			check(t, os.WriteFile(w.Path(), []byte(before+test.text), 0o600))
			for _, text := range []string{"two", "three"} {
				record(t, w, said(text))
				flush(t, w)
			}
			if !strings.HasPrefix(readFile(t, w.Path()), before+test.want) {
				t.Errorf("got %s", readFile(t, w.Path()))
			}
			if diff := cmp.Diff([]string{"one", "two", "three"}, agentTexts(t, w.Path())); diff != "" {
				t.Error(diff)
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
