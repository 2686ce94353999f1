package gitinfo

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

func TestMain(m *testing.M) {
	// The settings of whoever runs the tests do not count.
	os.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	os.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	os.Exit(m.Run())
}

// sandbox is a directory for repositories, and an environment in which git
// sees no settings of the machine.
type sandbox struct {
	t   *testing.T
	dir string
}

var update = flag.Bool("update", false, "write the golden files")

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &sandbox{t, dir}
}

func (s *sandbox) path(elem ...string) string {
	return filepath.Join(append([]string{s.dir}, elem...)...)
}

// git runs commands, one a line, in the directory name.
func (s *sandbox) git(name, commands string) string {
	s.t.Helper()
	dir := s.path(name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		s.t.Fatal(err)
	}
	var out []byte
	for command := range strings.Lines(commands) {
		args := strings.Fields(command)
		if len(args) == 0 {
			continue
		}
		cmd := exec.Command("git", append([]string{"-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"}, args...)...)
		cmd.Dir = dir
		cmd.Env = []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "GIT_CONFIG_NOSYSTEM=1",
			"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_AUTHOR_DATE=1700000000 +0000",
			"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com", "GIT_COMMITTER_DATE=1700000000 +0000",
		}
		var err error
		if out, err = cmd.CombinedOutput(); err != nil {
			s.t.Fatalf("git %s: %v\n%s", command, err, out)
		}
	}
	return strings.TrimSpace(string(out))
}

func (s *sandbox) write(name, text string) {
	s.t.Helper()
	path := s.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func TestCollect(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.git("main", `init
		commit --allow-empty -m one
		commit --allow-empty -m two`)
	head := s.git("main", "rev-parse HEAD")
	s.write("main/sub/dir/file", "")
	tests := []struct {
		name string
		make string // commands in the directory "repo"
		cwd  string
		want *protocol.GitInfo
	}{
		{"no repository", "", "repo", nil},
		{"no commit", "init", "repo", &protocol.GitInfo{}},
		{"branch", "clone ../main .\nremote remove origin", "repo", &protocol.GitInfo{CommitHash: head, Branch: "main"}},
		{"subdirectory", "", "main/sub/dir", &protocol.GitInfo{CommitHash: head, Branch: "main"}},
		{"packed", "clone ../main .\nremote remove origin\ncheckout -b a/b\npack-refs --all", "repo", &protocol.GitInfo{CommitHash: head, Branch: "a/b"}},
		{"detached", "clone ../main .\nremote remove origin\ncheckout --detach", "repo", &protocol.GitInfo{CommitHash: head}},
		{"remote", "clone ../main .\nremote set-url origin https://user:secret@example.com/o/r.git", "repo",
			&protocol.GitInfo{CommitHash: head, Branch: "main", RepositoryURL: "https://example.com/o/r.git"}},
		{"rewritten address", "clone ../main .\nremote set-url origin gh:o/r\nconfig url.https://example.com/.insteadOf gh:", "repo",
			&protocol.GitInfo{CommitHash: head, Branch: "main", RepositoryURL: "https://example.com/o/r"}},
		{"worktree", "clone ../main main\n-C main remote remove origin\n-C main worktree add -b work ../tree", "repo/tree",
			&protocol.GitInfo{CommitHash: head, Branch: "work"}},
		{"include", "clone ../main .\nremote set-url origin x:y\nconfig include.path other", "repo",
			&protocol.GitInfo{CommitHash: head, Branch: "main", RepositoryURL: "x:y"}},
		{"bare", "clone --bare ../main .\nremote remove origin", "repo", &protocol.GitInfo{CommitHash: head, Branch: "main"}},
		{"bare in another", "init\nclone --bare ../main inner\n-C inner remote remove origin", "repo/inner", &protocol.GitInfo{CommitHash: head, Branch: "main"}},
		{"inside .git", "clone ../main .\nremote remove origin", "repo/.git/refs", &protocol.GitInfo{CommitHash: head, Branch: "main"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			own := &sandbox{t, s.dir}
			name := strings.ReplaceAll(test.name, " ", "-")
			own.git(name, test.make)
			cwd := own.path(strings.Replace(test.cwd, "repo", name, 1))
			got := Collect(t.Context(), cwd)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Collect: %s", diff)
			}
			// What is read from the files is what git says.
			if diff := cmp.Diff(ask(t.Context(), cwd), Collect(t.Context(), cwd)); diff != "" {
				t.Errorf("Collect and git differ: %s", diff)
			}
		})
	}
}

func TestCollectOfAnotherUser(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" || os.Geteuid() != 0 {
		t.Skip("cannot give files away")
	}
	s := newSandbox(t)
	s.git("repo", "init\ncommit --allow-empty -m one")
	if err := os.Chown(s.path("repo", ".git"), 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(s.path("repo"), 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ask(t.Context(), s.path("repo")), Collect(t.Context(), s.path("repo"))); diff != "" {
		t.Error(diff)
	}
}

func TestCollectEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.git("repo", "init\ncommit --allow-empty -m one\nremote add origin https://example.com/x")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := Collect(ctx, s.path("repo")); got != nil && got.RepositoryURL != "" {
		t.Errorf("%+v", got)
	}
}

func TestCommandsEnd(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no shell")
	}
	s := newSandbox(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := git(ctx, s.dir, nil, "-c", "alias.hang=!sleep 1000 & wait", "hang")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	_, err = gitWithin(t.Context(), 1<<20, s.dir, nil, nil, "-c", "alias.flood=!yes", "flood")
	if err == nil || !strings.Contains(err.Error(), "output") {
		t.Error(err)
	}
}

func TestWithoutCredentials(t *testing.T) {
	t.Parallel()
	tests := []struct{ url, want string }{
		{"https://example.com/o/r.git", "https://example.com/o/r.git"},
		{"https://user@example.com/o/r.git", "https://example.com/o/r.git"},
		{"https://user:p@ss@example.com:8443/o/r@1", "https://example.com:8443/o/r@1"},
		{"HTTP://token@example.com", "HTTP://example.com"},
		{"https://example.com/a@b", "https://example.com/a@b"},
		{"ssh://git@example.com/o/r", "ssh://git@example.com/o/r"},
		{"ssh://git:secret@example.com/o/r", "ssh://git@example.com/o/r"},
		{"git@example.com:o/r.git", "git@example.com:o/r.git"},
		{"/srv/git/r", "/srv/git/r"},
		{"", ""},
	}
	for _, test := range tests {
		if got := withoutCredentials(test.url); got != test.want {
			t.Errorf("%q: got %q, want %q", test.url, got, test.want)
		}
	}
}

func TestRoot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, d := range []string{"repo/.git", "repo/a/b", "linked/c"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "linked", ".git"), []byte("gitdir: x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"repo": "repo", "repo/a/b": "repo", "repo/a/none": "repo", "linked/c": "linked"} {
		if got, ok := Root(filepath.Join(dir, path)); !ok || got != filepath.Join(dir, want) {
			t.Errorf("%s: %s %v", path, got, ok)
		}
	}
}

func TestDiffToRemote(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.git("remote", "init --bare")
	s.write("work/note.txt", "a line\n")
	s.write("work/sub/kept.txt", "kept\n")
	s.write("work/data.bin", "\x00\x01\x02")
	s.git("work", `init
		add .
		commit -m base
		remote add origin ../remote
		push -u origin main`)
	base := s.git("work", "rev-parse HEAD")

	clean, err := DiffToRemote(t.Context(), s.path("work"))
	if diff := cmp.Diff(Diff{SHA: base}, clean); diff != "" || err != nil {
		t.Errorf("clean: %v %s", err, diff)
	}

	s.write("work/note.txt", "a line\nchanged\n")
	s.git("work", `commit -a -m local
		config diff.noprefix true
		config diff.mnemonicPrefix true
		config color.ui always
		config diff.external /bin/false
		config core.pager /bin/false
		config diff.context 9
		config diff.renames false
		config diff.relative true
		config diff.algorithm patience
		config core.abbrev 40
		config diff.renameLimit 1
		config diff.indentHeuristic false
		config core.attributesFile ../attributes`)
	s.write("attributes", "note.txt binary\n")
	s.write("work/note.txt", "a line\nchanged\nmore\n")
	s.write("work/data.bin", "\x00\x01\x03")
	s.write("work/.gitignore", "ignored\n")
	s.write("work/ignored", "x")
	s.write("work/new.txt", "fresh\n")
	s.write("work/-dash", "dash\n")
	s.write("work/über file", "quoted\n")
	s.write("work/empty", "")
	s.write("work/new.bin", "\x00\xff")
	s.write("work/latin", "caf\xe9\n")
	for _, cwd := range []string{"work", "work/sub"} {
		got, err := DiffToRemote(t.Context(), s.path(cwd))
		if err != nil {
			t.Fatal(err)
		}
		if got.SHA != base {
			t.Errorf("%s: compared with %s", cwd, got.SHA)
		}
		golden(t, "diff.golden", got.Text)
	}
}

// TestDiffToRemoteRunsNothing has a repository name programs for everything that
// git runs some for.
func TestDiffToRemoteRunsNothing(t *testing.T) {
	t.Parallel()
	for _, filter := range []string{"clean", "process"} {
		t.Run(filter, func(t *testing.T) {
			t.Parallel()
			s := newSandbox(t)
			ran := s.path("ran")
			s.write("evil", "#!/bin/sh\necho \"$@\" >>'"+ran+"'\ncat\n")
			if err := os.Chmod(s.path("evil"), 0o755); err != nil {
				t.Fatal(err)
			}
			s.git("remote", "init --bare")
			s.git("inner", "init\ncommit --allow-empty -m inner")
			s.write("work/note.txt", "a line\n")
			s.git("work", `init
				submodule add ../inner sub
				add .
				commit -m base
				remote add origin ../remote
				push -u origin main`)
			evil := s.path("evil")
			for _, repository := range []string{"work", "work/sub"} {
				s.git(repository, "config filter.a.b."+filter+" "+evil+`
					config filter.a.b.required true
					config core.fsmonitor `+evil+`
					config core.hooksPath `+s.dir+`
					config diff.external `+evil+`
					config diff.x.textconv `+evil+`
					config diff.x.command `+evil)
			}
			s.write("work/.gitattributes", "* filter=a.b diff=x\n")
			s.write("work/note.txt", "changed\n")
			s.write("work/sub/new", "new\n")
			got, err := DiffToRemote(t.Context(), s.path("work"))
			if err != nil || !strings.Contains(got.Text, "+changed\n") {
				t.Errorf("%q, error %v", got.Text, err)
			}
			if out, err := os.ReadFile(ran); err == nil {
				t.Errorf("a program of the repository was run: %s", out)
			}
		})
	}
}

// golden compares with a file, which -update writes.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

func TestDiffToRemoteChoosesTheClosest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		commands string // in the clone of a repository with the branches main and old
		want     string // what the commit is called there
	}{
		{"current", "", "origin/main"},
		{"local commits", "commit --allow-empty -m local", "origin/main"},
		{"unpushed branch", "checkout -b work\ncommit --allow-empty -m local", "origin/main"},
		{"contained in a branch", "checkout --detach origin/feature", "origin/feature"},
		{"behind", "checkout --detach origin/old", "origin/main"}, // nothing of HEAD is missing there
		{"origin first", "remote add a ../remote\nfetch a\n-C . push a HEAD~1:refs/heads/main --force\nfetch a", "origin/main"},
		{"another name", "remote rename origin upstream", "upstream/main"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSandbox(t)
			s.git("source", `init
				commit --allow-empty -m one
				branch old
				checkout -b feature
				commit --allow-empty -m other
				checkout main
				commit --allow-empty -m two
				commit --allow-empty -m three`)
			s.git("remote", "clone --bare ../source .")
			s.git("work", "clone ../remote .\n"+test.commands)
			got, err := DiffToRemote(t.Context(), s.path("work"))
			if err != nil {
				t.Fatal(err)
			}
			if want := s.git("work", "rev-parse "+test.want); got.SHA != want {
				t.Errorf("got %s, want %s (%s)", got.SHA, want, test.want)
			}
		})
	}
}

func TestDiffToRemoteErrors(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.git("lonely", "init\ncommit --allow-empty -m one")
	s.git("unpushed", "init\ncommit --allow-empty -m one\nremote add origin ../none")
	if err := os.MkdirAll(s.path("plain"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lonely", "unpushed"} {
		if _, err := DiffToRemote(t.Context(), s.path(name)); !errors.Is(err, ErrNoRemote) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"plain", "missing"} {
		if _, err := DiffToRemote(t.Context(), s.path(name)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestBranches(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.git("repo", "init\ncommit --allow-empty -m first\ncommit --allow-empty -m second\nbranch a\nbranch z/y\nbranch master")
	ctx := t.Context()
	branches, err := Branches(ctx, s.path("repo"))
	if diff := cmp.Diff([]string{"main", "a", "master", "z/y"}, branches); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if got := CurrentBranch(ctx, s.path("repo")); got != "main" {
		t.Errorf("current branch %q", got)
	}
	commits, err := RecentCommits(ctx, s.path("repo"), 1)
	want := []Commit{{Hash: s.git("repo", "rev-parse HEAD"), Time: time.Unix(1700000000, 0), Subject: "second"}}
	if diff := cmp.Diff(want, commits); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if all, err := RecentCommits(ctx, s.path("repo"), 50); len(all) != 2 || err != nil {
		t.Error(all, err)
	}
	s.git("repo", "worktree add ../tree a")
	for _, cwd := range []string{"repo", "tree"} {
		if root, ok := TrustRoot(ctx, s.path(cwd)); !ok || root != s.path("repo") {
			t.Errorf("trust root of %s: %s %v", cwd, root, ok)
		}
	}
	if root, ok := TrustRoot(ctx, s.dir); ok {
		t.Errorf("trust root outside: %s", root)
	}
	if _, err := Branches(ctx, s.dir); err == nil {
		t.Error("branches outside a repository")
	}
	if _, err := RecentCommits(ctx, s.dir, 1); err == nil {
		t.Error("commits outside a repository")
	}
}

func BenchmarkCollect(b *testing.B) {
	if _, err := exec.LookPath("git"); err != nil {
		b.Skip("git is not installed")
	}
	dir := b.TempDir()
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"},
		{"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "one"},
	} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v %s", err, out)
		}
	}
	b.Run("files", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Collect(b.Context(), dir)
		}
	})
	b.Run("git", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ask(b.Context(), dir)
		}
	})
	cmd := exec.Command("git", "remote", "add", "origin", "https://example.com/x")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v %s", err, out)
	}
	b.Run("files and address", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Collect(b.Context(), dir)
		}
	})
}
