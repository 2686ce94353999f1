package tomledit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func set(path string, value Value) func(*Document) error {
	return func(doc *Document) error { return doc.Set(split(path), value) }
}

func writeFile(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEdit(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "home")
	path := filepath.Join(folder, "config.toml")

	nothing := func(doc *Document) error { _, err := doc.Remove("model"); return err }
	if err := Edit(t.Context(), path, nothing); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an edit that changes nothing made the folder: %v", err)
	}

	if err := Edit(t.Context(), path, set("model", String("a"))); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v", info.Mode(), err)
	}
	if diff := cmp.Diff("model = \"a\"\n", readFile(t, path)); diff != "" {
		t.Error(diff)
	}

	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := Edit(t.Context(), path, set("model", String("a"))); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(info, after) || !after.ModTime().Equal(info.ModTime()) {
		t.Errorf("an edit that changes nothing wrote the file: %v", err)
	}
	if err := Edit(t.Context(), path, set("model", String("b"))); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(path); err != nil || after.Mode().Perm() != 0o640 {
		t.Errorf("got mode %v, %v", after.Mode(), err)
	}
}

func TestEditFollowsLinks(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	writeFile(t, filepath.Join(folder, "real.toml"), "a = 1\n", 0o644)
	path := filepath.Join(folder, "config.toml")
	if err := os.Symlink("real.toml", path); err != nil {
		t.Fatal(err)
	}
	if err := Edit(t.Context(), path, set("a", Int(2))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("a = 2\n", readFile(t, filepath.Join(folder, "real.toml"))); diff != "" {
		t.Error(diff)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
}

func TestEditLeavesTheFileAlone(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name, text string
		ctx        context.Context
		change     func(*Document) error
		check      func(error) bool
	}{
		{"not TOML", "model = \n", t.Context(), set("a", Int(1)), func(err error) bool {
			var problem *SyntaxError
			return errors.As(err, &problem)
		}},
		{"refused", "a = 1\n", t.Context(), func(doc *Document) error {
			return errors.Join(doc.Set([]string{"a"}, Int(2)), refused)
		}, func(err error) bool { return errors.Is(err, refused) }},
		{"canceled", "a = 1\n", canceled, set("a", Int(2)), func(err error) bool { return errors.Is(err, context.Canceled) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "config.toml")
			writeFile(t, path, test.text, 0o600)
			if err := Edit(test.ctx, path, test.change); !test.check(err) {
				t.Errorf("got %v", err)
			}
			if diff := cmp.Diff(test.text, readFile(t, path)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if err := Edit(t.Context(), t.TempDir(), set("a", Int(1))); err == nil {
		t.Error("a folder was edited")
	}
}

func TestConcurrentEditsLoseNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.toml")
	var group sync.WaitGroup
	want := "# top\n"
	writeFile(t, path, want, 0o600)
	const writers, rounds = 6, 8
	for w := range writers {
		group.Go(func() {
			for r := range rounds {
				if err := Edit(t.Context(), path, set(fmt.Sprintf("t/k%d_%d", w, r), Int(int64(r)))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	doc := parse(t, readFile(t, path))
	if got := len(doc.Keys("t")); got != writers*rounds {
		t.Errorf("%d keys, want %d", got, writers*rounds)
	}
}

func ExampleEdit() {
	folder, err := os.MkdirTemp("", "home")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder

	path := filepath.Join(folder, "config.toml")
	err = Edit(context.Background(), path, func(doc *Document) error {
		return doc.Set([]string{"model"}, String("gpt-5"))
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := os.ReadFile(path)
	fmt.Print(string(text), err)
	// Output:
	// model = "gpt-5"
	// <nil>
}
