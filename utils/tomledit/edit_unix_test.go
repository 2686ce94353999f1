//go:build unix

package tomledit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestEditRefusesWhatIsNoFile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		make func(path string) error
	}{
		{"pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }},
		{"folder", func(path string) error { return os.Mkdir(path, 0o700) }},
		{"device", func(path string) error { return os.Symlink("/dev/zero", path) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "config.toml")
			if err := test.make(path); err != nil {
				t.Fatal(err)
			}
			if err := Edit(t.Context(), path, set("a", Int(1))); !errors.Is(err, ErrNotFile) {
				t.Errorf("got %v, want %v", err, ErrNotFile)
			}
			if _, err := os.Lstat(path + ".lock"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("something was written: %v", err)
			}
		})
	}
}
