package filesearch

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	flag.Parse()
	goleak.VerifyTestMain(m)
}

// tree makes files in a scratch folder and returns it. A name that ends in a
// slash is a folder; one with " -> " is a symbolic link.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		link, target, isLink := strings.Cut(name, " -> ")
		path := filepath.Join(dir, filepath.FromSlash(link))
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if isLink {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// names are empty files.
func names(list ...string) map[string]string {
	files := make(map[string]string)
	for _, name := range list {
		files[name] = ""
	}
	return files
}

// find returns the paths that a search finds, best first.
func find(t testing.TB, query string, opts *Options, roots ...string) []string {
	t.Helper()
	matches, err := Search(t.Context(), query, roots, opts)
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{}
	for _, m := range matches {
		paths = append(paths, filepath.ToSlash(m.Path))
	}
	return paths
}
