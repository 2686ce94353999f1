package config

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestFilesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	l, _ := newLoader(t, "a = 1\nbearer = \"secret\" x 'secret'\n")
	_, err := l.Load(t.Context(), Overrides{})
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || syntax.Line != 2 || syntax.Column != 19 || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	} else if diff := gocmp.Diff("2 | bearer = \"······\" x '······'\n                      ^", syntax.Excerpt()); diff != "" {
		t.Error(diff)
	}
	if _, err := l.SavedConfig(t.Context()); !errors.As(err, &syntax) {
		t.Errorf("got %v", err)
	}

	folder := &Loader{Home: t.TempDir(), Cwd: "/work"}
	if err := os.Mkdir(filepath.Join(folder.Home, FileName), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Load(t.Context(), Overrides{}); err == nil {
		t.Error("a folder was read")
	}

	put(t, filepath.Join(folder.Home, "file"), "")
	inFile := &Loader{Home: filepath.Join(folder.Home, "file"), Cwd: "/work"}
	if _, err := inFile.Load(t.Context(), Overrides{}); err == nil {
		t.Error("a file counts as a home folder")
	}

	large, _ := newLoader(t, strings.Repeat("#", maxFileSize+1))
	if _, err := large.Load(t.Context(), Overrides{}); !errors.Is(err, ErrTooLarge) || !strings.Contains(fmt.Sprint(err), FileName) {
		t.Errorf("a file without end: got %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Load(ctx, Overrides{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if _, err := l.Load(t.Context(), Overrides{Config: raw(map[string]string{"a": "{"})}); err == nil {
		t.Error("torn JSON was read")
	}
}

func TestByteOrderMark(t *testing.T) {
	t.Parallel()
	l, _ := newLoader(t, "\xef\xbb\xbfmodel = 'm'\r\n")
	if c := load(t, l, Overrides{}); c.Model != "m" {
		t.Errorf("got %q", c.Model)
	}
}

func TestTheParsedFileIsKept(t *testing.T) {
	t.Parallel()
	l, _ := newLoader(t, "model = 'a'")
	path := filepath.Join(l.Home, FileName)
	long := time.Now().Add(-time.Hour)
	touch := func(at time.Time) {
		t.Helper()
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	read := func() *document {
		t.Helper()
		doc, err := l.cache.read(t.Context(), l.Home)
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	touch(time.Now())
	if fresh := read(); fresh == read() {
		t.Error("a file that has just changed is kept")
	}
	touch(long)
	first := read()
	if read() != first {
		t.Error("the file was parsed again")
	}
	put(t, path, "model = 'b'")
	touch(long.Add(time.Second))
	if read() == first {
		t.Error("another time of change was not seen")
	}
	second := read()
	put(t, path, "model = 'bb'")
	touch(long.Add(time.Second))
	if read() == second {
		t.Error("another size was not seen")
	}
	third := read()
	put(t, path+".new", "model = 'cc'")
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	touch(long.Add(time.Second))
	if read() == third {
		t.Error("another file was not seen")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if len(read().tree) != 0 {
		t.Error("the file is gone but still there")
	}
}

func TestConcurrentLoads(t *testing.T) {
	t.Parallel()
	l, w := newLoader(t, "model = 'a'\nbogus = 1\n[tools]\n", "tools.view_image=false")
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			name := fmt.Sprint("m", i)
			c, err := l.Load(t.Context(), Overrides{Config: raw(map[string]string{"model": `"` + name + `"`, "tools.web_search": "true"})})
			if err != nil || c.Model != name || c.ViewImage || !c.WebSearch {
				t.Errorf("got %v, %v", c, err)
			}
		})
	}
	group.Wait()
	if len(w.list) != 1 {
		t.Errorf("warnings: %q", w.list)
	}
}
