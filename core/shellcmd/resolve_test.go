package shellcmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree is a folder with a system part and a part that a model can write to.
type tree struct{ root string }

func newTree(t *testing.T) tree {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("programs are found by their extension")
	}
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	tr := tree{root}
	for _, dir := range []string{"bin", "bin2", "work/bin", "home"} {
		if err := os.MkdirAll(tr.at(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tr.program(t, "bin/ls", 0o755)
	tr.program(t, "bin/bash", 0o755)
	tr.program(t, "bin/wc", 0o755)
	return tr
}

func (tr tree) at(name string) string { return filepath.Join(tr.root, name) }

func (tr tree) program(t *testing.T, name string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(tr.at(name), nil, mode); err != nil {
		t.Fatal(err)
	}
}

func (tr tree) link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, tr.at(name)); err != nil {
		t.Fatal(err)
	}
}

func (tr tree) path(dirs ...string) string {
	for i, d := range dirs {
		if d != "" && d != "." {
			dirs[i] = tr.at(d)
		}
	}
	return strings.Join(dirs, string(os.PathListSeparator))
}

// writable is true below work.
func (tr tree) writable(path string) bool {
	return path == tr.at("work") || strings.HasPrefix(path, tr.at("work")+"/")
}

func TestResolveTrusted(t *testing.T) {
	t.Parallel()
	direct := Trusted(fields("ls -l"))
	script := Trusted([]string{"bash", "-lc", "cd x && ls | wc -l && ls"})
	tests := []struct {
		name    string
		prepare func(t *testing.T, tr tree)
		verdict Verdict
		path    []string
		home    string
		bashEnv string // $root stands for the tree
		want    []string
		err     error
	}{
		{name: "direct", verdict: direct, path: []string{"bin"}, want: []string{"ls bin/ls"}},
		{name: "script", verdict: script, path: []string{"bin2", "bin"}, want: []string{"bash bin/bash", "ls bin/ls", "wc bin/wc"}},
		{name: "writable folder without the program", verdict: direct, path: []string{"work/bin", "bin"}, want: []string{"ls bin/ls"}},
		{
			name: "planted program", verdict: direct, path: []string{"work/bin", "bin"}, err: ErrProgramNotTrusted,
			prepare: func(t *testing.T, tr tree) { tr.program(t, "work/bin/ls", 0o755) },
		},
		{
			name: "planted shell", verdict: script, path: []string{"work/bin", "bin"}, err: ErrProgramNotTrusted,
			prepare: func(t *testing.T, tr tree) { tr.program(t, "work/bin/bash", 0o755) },
		},
		{
			name: "planted file that cannot run", verdict: direct, path: []string{"work/bin", "bin"}, want: []string{"ls bin/ls"},
			prepare: func(t *testing.T, tr tree) { tr.program(t, "work/bin/ls", 0o644) },
		},
		{
			name: "planted folder", verdict: direct, path: []string{"work/bin", "bin"}, want: []string{"ls bin/ls"},
			prepare: func(t *testing.T, tr tree) {
				if err := os.Mkdir(tr.at("work/bin/ls"), 0o755); err != nil {
					t.Fatal(err)
				}
			},
		},
		{name: "planted program behind the real one", verdict: direct, path: []string{"bin", "work/bin"}, want: []string{"ls bin/ls"},
			prepare: func(t *testing.T, tr tree) { tr.program(t, "work/bin/ls", 0o755) }},
		{
			name: "folder is a link into a writable place", verdict: direct, path: []string{"linked", "bin"}, err: ErrProgramNotTrusted,
			prepare: func(t *testing.T, tr tree) {
				tr.link(t, "work/bin", "linked")
				tr.program(t, "work/bin/ls", 0o755)
			},
		},
		{
			name: "program is a link into a writable place", verdict: direct, path: []string{"bin2", "bin"}, err: ErrProgramNotTrusted,
			prepare: func(t *testing.T, tr tree) {
				tr.program(t, "work/ls", 0o755)
				tr.link(t, "../work/ls", "bin2/ls")
			},
		},
		{
			name: "link passes through a writable place", verdict: direct, path: []string{"bin2"}, err: ErrProgramNotTrusted,
			prepare: func(t *testing.T, tr tree) {
				tr.link(t, tr.at("bin/ls"), "work/ls")
				tr.link(t, tr.at("work/ls"), "bin2/ls")
			},
		},
		{
			name: "link in a writable place", verdict: direct, path: []string{"work/bin"}, err: ErrProgramNotTrusted,
			prepare: func(t *testing.T, tr tree) { tr.link(t, tr.at("bin/ls"), "work/bin/ls") },
		},
		{
			name: "link between fixed places", verdict: direct, path: []string{"bin2"}, want: []string{"ls bin2/ls"},
			prepare: func(t *testing.T, tr tree) { tr.link(t, "../bin/ls", "bin2/ls") },
		},
		{name: "relative entry in front", verdict: direct, path: []string{".", "bin"}, err: ErrProgramNotTrusted},
		{name: "empty entry in front", verdict: direct, path: []string{"bin2", "", "bin"}, err: ErrProgramNotTrusted},
		{name: "relative entry behind", verdict: direct, path: []string{"bin", "."}, want: []string{"ls bin/ls"}},
		{name: "not found", verdict: direct, path: []string{"bin2", "missing"}, err: ErrProgramNotFound},
		{name: "shell not found", verdict: script, path: []string{"bin2"}, err: ErrProgramNotFound},
		{name: "home is fixed", verdict: script, path: []string{"bin"}, home: "home", want: []string{"bash bin/bash", "ls bin/ls", "wc bin/wc"}},
		{name: "shell not found and planted program", verdict: script, path: []string{"work/bin"}, err: ErrProgramNotTrusted,
			prepare: func(t *testing.T, tr tree) { tr.program(t, "work/bin/ls", 0o755) }},
		{name: "home is writable", verdict: script, path: []string{"bin"}, home: "work", want: []string{"bash bin/bash", "ls bin/ls", "wc bin/wc"}},
		{name: "start-up file is writable", verdict: script, path: []string{"bin"}, home: "work", err: ErrProgramNotTrusted,
			prepare: func(t *testing.T, tr tree) { tr.program(t, "work/.bash_profile", 0o644) }},
		{name: "start-up file of another shell is writable", verdict: script, path: []string{"bin"}, home: "work", err: ErrProgramNotTrusted,
			prepare: func(t *testing.T, tr tree) { tr.program(t, "work/.zshenv", 0o644) }},
		{name: "BASH_ENV is fixed", verdict: script, path: []string{"bin"}, bashEnv: "$root/bin/ls", want: []string{"bash bin/bash", "ls bin/ls", "wc bin/wc"}},
		{name: "BASH_ENV is missing", verdict: script, path: []string{"bin"}, bashEnv: "$root/work/x", want: []string{"bash bin/bash", "ls bin/ls", "wc bin/wc"}},
		{name: "BASH_ENV is writable", verdict: script, path: []string{"bin"}, bashEnv: "$root/work/x", err: ErrProgramNotTrusted,
			prepare: func(t *testing.T, tr tree) { tr.program(t, "work/x", 0o644) }},
		{name: "BASH_ENV is relative", verdict: script, path: []string{"bin"}, bashEnv: "x", err: ErrProgramNotTrusted},
		{name: "BASH_ENV holds a variable", verdict: script, path: []string{"bin"}, bashEnv: "/$X", err: ErrProgramNotTrusted},
		{name: "BASH_ENV, no login shell", verdict: direct, path: []string{"bin"}, bashEnv: "x", want: []string{"ls bin/ls"}},
		{name: "home is writable, no login shell", verdict: direct, path: []string{"bin"}, home: "work", want: []string{"ls bin/ls"}},
		{
			name: "start-up file is a link into a writable place", verdict: script, path: []string{"bin"}, home: "home", err: ErrProgramNotTrusted,
			prepare: func(t *testing.T, tr tree) { tr.link(t, tr.at("work/missing"), "home/.profile") },
		},
		{name: "not trusted", verdict: Trusted(fields("rm x")), path: []string{"bin"}, err: ErrProgramNotTrusted},
		{name: "not a bare name", verdict: Verdict{Trusted: true, Programs: []string{"bin/ls"}}, path: []string{"bin"}, err: ErrProgramNotTrusted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := newTree(t)
			if tt.prepare != nil {
				tt.prepare(t, tr)
			}
			l := Lookup{Path: tr.path(tt.path...), Writable: tr.writable}
			if tt.home != "" {
				l.Home = tr.at(tt.home)
			}
			l.BashEnv = strings.Replace(tt.bashEnv, "$root", tr.root, 1)
			programs, err := ResolveTrusted(tt.verdict, l)
			if !errors.Is(err, tt.err) {
				t.Fatalf("ResolveTrusted error = %v, want %v", err, tt.err)
			}
			var got []string
			for _, p := range programs {
				rel, err := filepath.Rel(tr.root, p.Path)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, p.Name+" "+rel)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("programs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResolveTrustedLinkLoop(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	tr.link(t, ".profile", "home/.profile")
	script := Trusted([]string{"bash", "-lc", "ls"})
	l := Lookup{Path: tr.path("bin"), Home: tr.at("home"), Writable: tr.writable}
	if _, err := ResolveTrusted(script, l); !errors.Is(err, ErrProgramNotTrusted) {
		t.Errorf("ResolveTrusted with links in a circle: %v", err)
	}
	l.Writable = nil
	if programs, err := ResolveTrusted(script, l); err != nil || len(programs) != 2 {
		t.Errorf("ResolveTrusted where nothing is writable = %v, %v", programs, err)
	}
}
