//go:build unix

package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// linked makes folders, named with a slash at the end, and links, "name>target",
// in a new folder, whose path has no links.
func linked(t *testing.T, entries ...string) string {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name, target, link := strings.Cut(e, ">")
		path := filepath.Join(base, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if link && err == nil {
			err = os.Symlink(strings.ReplaceAll(target, "{base}", base), path)
		} else if err == nil {
			err = os.MkdirAll(path, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return base
}

func TestLinks(t *testing.T) {
	t.Parallel()
	base := linked(t, "a/b/", "l>a", "a/m>b/../b", "abs>{base}/l/m", "loop>loop", "gone>nowhere/at/all")
	for _, tt := range []struct {
		path string
		want []string
	}{
		{"a/b", nil},
		{"missing/x", nil},
		{"l", []string{"l"}},
		{"l/b", []string{"l"}},
		{"l/../l/m", []string{"l", "l", "a/m"}},
		{"abs/x", []string{"abs", "l", "a/m"}},
		{"gone/x", []string{"gone"}},
	} {
		var got []string
		for _, link := range Links(base + "/" + tt.path) {
			got = append(got, strings.TrimPrefix(link, base+"/"))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.path, diff)
		}
	}
	if n := len(Links(base + "/loop")); n != maxLinks {
		t.Errorf("%d links in a circle", n)
	}
}

// TestRedirectedRoots leaves out the roots that a command could have led
// elsewhere.
func TestRedirectedRoots(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		entries []string
		cwd     string
		roots   []string
		tempDir string
		want    []string
	}{
		{"no links", []string{"w/out/"}, "w", []string{"w/out"}, "w/tmp", []string{"w/out", "w", "w/tmp"}},
		{"a root that was made a link", []string{"w/", "secret/", "w/out>../secret"}, "w", []string{"w/out"}, "", []string{"w"}},
		{"a folder on the way to a root", []string{"w/", "secret/", "w/a>../secret"}, "w", []string{"w/a/out"}, "", []string{"w"}},
		{"a link to nothing", []string{"w/", "w/out>/nonexistent/place"}, "w", []string{"w/out"}, "", []string{"w"}},
		{"temporary files", []string{"w/", "secret/", "w/tmp>../secret"}, "w", nil, "w/tmp", []string{"w"}},
		{"the workspace", []string{"big/", "secret/", "big/w>../secret"}, "big/w", []string{"big"}, "", []string{"big"}},
		{"through the link of a third", []string{"w/", "secret/", "w/l>../secret", "to>w/l"}, "w", []string{"to"}, "", []string{"w"}},
		{"a link that stays inside", []string{"w/real/", "w/out>real"}, "w", []string{"w/out"}, "", []string{"w/out", "w"}},
		{"a link outside of the others", []string{"w/", "data/", "out>data"}, "w", []string{"out"}, "", []string{"out", "w"}},
		{"a link that is a root", []string{"data/", "w>data"}, "w", nil, "", []string{"w"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			base := linked(t, tt.entries...)
			p := &Policy{Mode: WorkspaceWrite, ExcludeSlashTmp: true}
			for _, root := range tt.roots {
				p.WritableRoots = append(p.WritableRoots, filepath.Join(base, root))
			}
			tempDir := ""
			if tt.tempDir != "" {
				tempDir = filepath.Join(base, tt.tempDir)
			}
			var got []string
			for _, root := range Roots(p, filepath.Join(base, tt.cwd), tempDir, nil) {
				got = append(got, strings.TrimPrefix(root.Path, base+"/"))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("roots (-want +got):\n%s", diff)
			}
		})
	}
}
