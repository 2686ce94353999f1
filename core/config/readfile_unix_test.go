//go:build unix

package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestWhatIsNoFile holds that whatever stands in place of a file is answered for
// at once: nobody waits for a writer, and nobody reads without end.
func TestWhatIsNoFile(t *testing.T) {
	t.Parallel()
	link := func(target string) func(string) error {
		return func(path string) error { return os.Symlink(target, path) }
	}
	for _, test := range []struct {
		name string
		make func(path string) error
		want error // nil: it counts as an empty file
	}{
		{"pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }, ErrNotFile},
		{"folder", func(path string) error { return os.Mkdir(path, 0o700) }, syscall.EISDIR},
		{"device without end", link("/dev/zero"), ErrTooLarge},
		{"device without content", link("/dev/null"), nil},
		{"link to nothing", link("gone"), nil},
		{"link to itself", link(FileName), syscall.ELOOP},
		{"nobody may read it", func(path string) error { return os.WriteFile(path, nil, 0) }, fs.ErrPermission},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if errors.Is(test.want, fs.ErrPermission) && os.Geteuid() == 0 {
				t.Skip("the superuser may read everything")
			}
			l := &Loader{Home: t.TempDir(), Cwd: "/work"}
			path := filepath.Join(l.Home, FileName)
			if err := test.make(path); err != nil {
				t.Fatal(err)
			}
			_, err := l.Load(t.Context(), Overrides{})
			_, saved := l.SavedConfig(t.Context())
			for _, err := range []error{err, saved} {
				if !errors.Is(err, test.want) || err != nil && strings.Count(fmt.Sprint(err), path) != 1 {
					t.Errorf("got %v, want %v", err, test.want)
				}
			}
		})
	}
	l, _ := newLoader(t, "experimental_instructions_file = 'pipe'")
	dir := t.TempDir()
	if err := errors.Join(syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600), syscall.Mkfifo(filepath.Join(l.Home, "AGENTS.md"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Load(t.Context(), Overrides{Cwd: dir}); !errors.Is(err, ErrNotFile) {
		t.Errorf("instructions: got %v, want %v", err, ErrNotFile)
	}
}
