package filesearch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files map[string]string
		query string
		want  []string
	}{
		{"best first, then by path", names("x/abcde", "b/abc", "a/abc", "abc"), "abc", []string{"abc", "a/abc", "b/abc", "x/abcde"}},
		{"folders are no files", names("abc/", "abd/x"), "ab", []string{"abd/x"}},
		{"the path counts, not only the name", names("src/lib/x.go", "lib/y.go"), "sr x", []string{"src/lib/x.go"}},
		{"hidden files and folders", names(".abc", ".x/abc"), "abc", []string{".x/abc", ".abc"}},
		{"what version control keeps", names(".git/abc", ".hg/abc", ".svn/abc", ".jj/abc", ".bzr/abc", "CVS/abc", "_darcs/abc", "x/.git/abc", ".gitx/abc"), "abc", []string{".gitx/abc"}},
		{"a .git that is a file", names(".git", "git"), "git", []string{"git"}},
		{"a file of the name of version control", names("CVS", ".hg"), "", []string{}},
		{"links count as files", names("abc -> nowhere", "abd -> .", "x/abe"), "ab", []string{"abc", "abd", "x/abe"}},
		{"blanks", names("a b"), `a\ b`, []string{"a b"}},
		{"nothing", names("abc"), "xyz", []string{}},
		{"white space only", names("a b"), " \t", []string{}},
		{"empty folder", nil, "a", []string{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := find(t, test.query, nil, tree(t, test.files))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	dir := tree(t, names("sub/abxy", "other"))
	roots := []string{dir + "/./", "sub"}
	got, err := Search(t.Context(), "aby", roots, &Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	want := []Match{{Root: "sub", Path: "abxy", Score: 75, Indices: []uint32{0, 1, 3}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRoots(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"abc": "", "sub/abc": "", "sub/x/abc": "", "suby/abc": "", ".gitignore": "sub/x", "link -> sub": ""})
	in := func(name string) string { return filepath.Join(dir, name) }
	tests := []struct {
		name  string
		roots []string
		want  []string // root and path
	}{
		{"none", nil, []string{}},
		{"empty name", []string{""}, []string{}},
		{"missing", []string{in("none")}, []string{}},
		{"a file", []string{in("abc")}, []string{}},
		{"missing and other", []string{in("none"), in("suby")}, []string{in("suby") + " abc"}},
		{"relative", []string{"suby"}, []string{"suby abc"}},
		{"dot", []string{"./suby/."}, []string{"./suby/. abc"}},
		{"twice", []string{in("suby"), in("suby") + "/", "suby"}, []string{in("suby") + " abc"}},
		{"twice through a link", []string{in("sub"), in("link")}, []string{in("sub") + " abc"}},
		{"link", []string{in("link")}, []string{in("link") + " abc", in("link") + " x/abc"}},
		{"one in the other", []string{dir, in("sub")}, []string{dir + " abc", in("sub") + " abc", dir + " suby/abc"}},
		{"inner one first", []string{in("sub"), dir}, []string{in("sub") + " abc", dir + " abc", dir + " suby/abc"}},
		{"ignored one within another", []string{dir, in("sub/x")}, []string{dir + " abc", in("sub/x") + " abc", dir + " sub/abc", dir + " suby/abc"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			matches, err := Search(t.Context(), "abc", test.roots, &Options{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, m := range matches {
				if m.Path != "link" {
					got = append(got, m.Root+" "+m.Path)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestLimit checks that the best of many are returned, whatever the order in
// which they are found.
func TestLimit(t *testing.T) {
	t.Parallel()
	files := names("best/abc")
	for i := range 40 {
		for j := range 10 {
			files[fmt.Sprintf("d%02d/xabc-%d", i, j)] = ""
		}
	}
	dir := tree(t, files)
	var want []string
	for _, workers := range []int{1, 2, 8} {
		for range 5 {
			got := find(t, "abc", &Options{Workers: workers}, dir)
			if len(got) != DefaultLimit || got[0] != "best/abc" || got[1] != "d00/xabc-0" || got[DefaultLimit-1] != "d04/xabc-8" {
				t.Fatalf("%d workers: %q", workers, got)
			}
			if want == nil {
				want = got
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		}
	}
	if got := find(t, "abc", &Options{Limit: 3}, dir); len(got) != 3 {
		t.Errorf("limit 3: %q", got)
	}
	// The limit is that of each root.
	if got := find(t, "abc", &Options{Limit: 3}, dir+"/d00", dir+"/d01"); len(got) != 6 {
		t.Errorf("two roots with limit 3: %q", got)
	}
}

func TestNamesThatAreNotText(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the system has no such names")
	}
	dir := tree(t, names("abc", "abc\xff", "x\xff/abc", "\xe9abc/abc"))
	if diff := cmp.Diff([]string{"abc"}, find(t, "abc", nil, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"abc": "", "x/abc": "", ".gitignore": "abc"})
	for _, name := range []string{"x", ".gitignore"} {
		if err := os.Chmod(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "x"), 0o755) })
	if _, err := os.ReadDir(filepath.Join(dir, "x")); err == nil {
		t.Skip("this user may read everything")
	}
	if diff := cmp.Diff([]string{"abc"}, find(t, "abc", nil, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	dir := tree(t, names("abc"))
	why := errors.New("another key was pressed")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	for _, query := range []string{"abc", ""} {
		if got, err := Search(ctx, query, []string{dir}, nil); !errors.Is(err, why) || got != nil {
			t.Errorf("%q: %v, %v", query, got, err)
		}
	}
}

// TestCancelledMeanwhile cancels searches at all kinds of moments. Either the
// search was complete or it says that it was not.
func TestCancelledMeanwhile(t *testing.T) {
	t.Parallel()
	files := make(map[string]string)
	for i := range 200 {
		files[fmt.Sprintf("d%d/e/f/abc", i)] = ""
	}
	dir := tree(t, files)
	cancelled := 0
	for i := range 300 {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for range i * 50 {
				runtime.Gosched()
			}
			cancel()
		}()
		got, err := Search(ctx, "abc", []string{dir}, nil)
		switch {
		case errors.Is(err, context.Canceled) && got == nil:
			cancelled++
		case err != nil || len(got) != DefaultLimit:
			t.Fatalf("%d matches, %v", len(got), err)
		}
		<-ctx.Done()
	}
	if cancelled == 0 {
		t.Error("no search was cancelled")
	}
}

func TestUserExcludes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files map[string]string
		env   map[string]string // $HOME stands for the folder
		want  string
	}{
		{"nothing", nil, nil, ""},
		{"default", map[string]string{".config/git/ignore": "default"}, nil, "default"},
		{"no home", map[string]string{".config/git/ignore": "default"}, map[string]string{"HOME": ""}, ""},
		{"other configuration folder", map[string]string{".config/git/ignore": "default", "xdg/git/ignore": "xdg"}, map[string]string{"XDG_CONFIG_HOME": "$HOME/xdg"}, "xdg"},
		{"named", map[string]string{".config/git/ignore": "default", ".gitconfig": "[core]\n\texcludesFile = ~/mine\n", "mine": "mine"}, nil, "mine"},
		{"named, missing", map[string]string{".config/git/ignore": "default", ".gitconfig": "[core]\nexcludesfile=~/none"}, nil, ""},
		{"named empty", map[string]string{".config/git/ignore": "default", ".gitconfig": "[core]\nexcludesfile="}, nil, ""},
		{".gitconfig wins", map[string]string{".config/git/config": "[core]\nexcludesfile = ~/a", ".gitconfig": "[Core]\nExcludesFile = ~/b", "a": "a", "b": "b"}, nil, "b"},
		{"other section", map[string]string{".gitconfig": "[core]\n[other]\nexcludesfile = ~/a\n[core \"x\"]\nexcludesfile = ~/a", "a": "a"}, nil, ""},
		{"on the line of the section", map[string]string{".gitconfig": "[core] excludesfile = ~/a", "a": "a"}, nil, "a"},
		{"comment and quotes", map[string]string{".gitconfig": "[core]\n; excludesfile = ~/b\nexcludesfile = \"~/a b\" # that one\n", "a b": "a b", "b": "b"}, nil, "a b"},
		{"escapes", map[string]string{".gitconfig": `[core]` + "\n" + `excludesfile = ~/a\"b`, `a"b`: "quoted"}, nil, "quoted"},
		{"other file", map[string]string{".gitconfig": "[core]\nexcludesfile=~/a", "other": "[core]\nexcludesfile=~/b", "a": "a", "b": "b"}, map[string]string{"GIT_CONFIG_GLOBAL": "$HOME/other"}, "b"},
		{"a folder", map[string]string{".gitconfig": "[core]\nexcludesfile=~/a", "a/x": ""}, nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if runtime.GOOS == "windows" && strings.Contains(test.name, "escapes") {
				t.Skip("the system has no such names")
			}
			home := tree(t, test.files)
			got, err := UserExcludes(func(name string) (string, bool) {
				if value, ok := test.env[name]; ok {
					return strings.ReplaceAll(value, "$HOME", home), true
				}
				return home, name == "HOME"
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzExcludesSetting(f *testing.F) {
	f.Add([]byte("[core]\n\texcludesFile = \"~/a b\" # comment\n"))
	f.Add([]byte("[Core] ; \nexcludesfile=a\\\"b\\\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		value, ok := excludesSetting(text)
		if !ok && value != "" || len(value) > len(text) || strings.Contains(value, "\x00") && !strings.Contains(string(text), "\x00") {
			t.Errorf("%q gives %q, %v", text, value, ok)
		}
	})
}
