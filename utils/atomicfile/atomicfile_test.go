package atomicfile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, path, content string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// state returns content and mode of a file.
func state(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().String() + " " + string(content)
}

// names lists a folder.
func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}

func TestReplace(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		before  string
		mode    fs.FileMode // 0 for no file
		options Options
		want    string
	}{
		{name: "new file", want: "-rw------- new"},
		{name: "new file with a mode", options: Options{Mode: 0o644, KeepMode: true}, want: "-rw-r--r-- new"},
		{name: "tightened", before: "old", mode: 0o644, want: "-rw------- new"},
		{name: "kept", before: "old", mode: 0o640, options: Options{KeepMode: true}, want: "-rw-r----- new"},
		{name: "kept when stricter", before: "old", mode: 0o400, options: Options{KeepMode: true}, want: "-r-------- new"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "f")
			if test.mode != 0 {
				write(t, path, test.before, test.mode)
			}
			if err := Replace(path, []byte("new"), test.options); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, state(t, path)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{"f"}, names(t, filepath.Dir(path))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReplaceFollowsLinks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		exists bool
		link   func(folder string) string
	}{
		{"relative", true, func(string) string { return "real/f" }},
		{"absolute", true, func(folder string) string { return filepath.Join(folder, "real/f") }},
		{"dangling", false, func(string) string { return "real/f" }},
		{"through a linked folder", true, func(string) string { return "linked/../f" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			for _, name := range []string{"real", "real/inner"} {
				if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink("real/inner", filepath.Join(folder, "linked")); err != nil {
				t.Fatal(err)
			}
			if test.exists {
				write(t, filepath.Join(folder, "real/f"), "old", 0o640)
			}
			path := filepath.Join(folder, "f")
			if err := os.Symlink(test.link(folder), path); err != nil {
				t.Fatal(err)
			}
			if err := Replace(path, []byte("new"), Options{KeepMode: true}); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
				t.Errorf("the link is gone: %v %v", info, err)
			}
			content, err := os.ReadFile(filepath.Join(folder, "real/f"))
			if err != nil || string(content) != "new" {
				t.Errorf("got %q, %v", content, err)
			}
		})
	}
}

// failing is a temporary file whose operations fail.
type failing struct {
	temporary
	write, sync, chmod, close error
}

func (f failing) Write(p []byte) (int, error) {
	if f.write != nil {
		n, _ := f.temporary.Write(p[:len(p)/2])
		return n, f.write
	}
	return f.temporary.Write(p)
}

func (f failing) Sync() error               { return errors.Join(f.sync, f.temporary.Sync()) }
func (f failing) Chmod(m fs.FileMode) error { return errors.Join(f.chmod, f.temporary.Chmod(m)) }
func (f failing) Close() error              { return errors.Join(f.close, f.temporary.Close()) }

func TestReplaceKeepsTheOldContentOnFailure(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		fail failing
	}{
		{"full disk when writing", failing{write: syscall.ENOSPC}},
		{"full disk when flushing", failing{sync: syscall.ENOSPC}},
		{"full disk when closing", failing{close: syscall.ENOSPC}},
		{"mode refused", failing{chmod: syscall.ENOSPC}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "f")
			write(t, path, "old", 0o640)
			r := replacer{create: func(folder, pattern string) (temporary, error) {
				file, err := createTemp(folder, pattern)
				test.fail.temporary = file
				return test.fail, err
			}}
			if err := r.replace(path, []byte("new"), Options{}); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("got %v, want %v", err, syscall.ENOSPC)
			}
			if diff := cmp.Diff("-rw-r----- old", state(t, path)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{"f"}, names(t, filepath.Dir(path))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReplaceRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.Symlink("b", filepath.Join(folder, "a")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a", filepath.Join(folder, "b")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, path string }{
		{"a folder", folder},
		{"a circle of links", filepath.Join(folder, "a")},
		{"a folder that does not exist", filepath.Join(folder, "no/f")},
	} {
		if err := Replace(test.path, nil, Options{}); err == nil {
			t.Errorf("%s: no error", test.name)
		}
	}
}

func TestLockKeepsWritersApart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "n")
	write(t, path, "0", 0o600)
	const writers, rounds = 8, 10
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range rounds {
				unlock, err := Lock(t.Context(), path+".lock")
				if err != nil {
					t.Error(err)
					return
				}
				content, err := os.ReadFile(path)
				if err != nil {
					t.Error(err)
				}
				n, err := strconv.Atoi(string(content))
				if err != nil {
					t.Error(err)
				}
				if err := Replace(path, []byte(strconv.Itoa(n+1)), Options{}); err != nil {
					t.Error(err)
				}
				if err := errors.Join(unlock(), unlock()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	content, err := os.ReadFile(path)
	if err != nil || string(content) != strconv.Itoa(writers*rounds) {
		t.Errorf("counted %s, %v", content, err)
	}
}

func TestLockGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "l")
	unlock, err := Lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Lock(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
	again, err := Lock(ctx, path)
	if err != nil {
		t.Fatalf("a free lock is not taken: %v", err)
	}
	if err := again(); err != nil {
		t.Error(err)
	}
}

func TestLockNeedsItsFolder(t *testing.T) {
	t.Parallel()
	if _, err := Lock(t.Context(), filepath.Join(t.TempDir(), "no/l")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want %v", err, fs.ErrNotExist)
	}
}

func BenchmarkReplace(b *testing.B) {
	b.ReportAllocs()
	path := filepath.Join(b.TempDir(), "f")
	for b.Loop() {
		if err := Replace(path, []byte("content"), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
