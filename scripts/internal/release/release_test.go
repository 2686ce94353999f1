package release

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/scripts/internal/workspace"
)

// identity lets git commit without settings of the user, and keeps theirs out.
var identity = []string{
	"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
	"GIT_AUTHOR_NAME=release", "GIT_AUTHOR_EMAIL=release@example.org",
	"GIT_COMMITTER_NAME=release", "GIT_COMMITTER_EMAIL=release@example.org",
}

// commit makes a repository of a folder, with everything in it committed.
func commit(t *testing.T, dir string) {
	t.Helper()
	for _, args := range [][]string{{"init", "--quiet"}, {"add", "--all"}, {"commit", "--quiet", "--message", "start"}} {
		if _, err := workspace.Run(t.Context(), dir, identity, "git", args...); err != nil {
			t.Fatal(err)
		}
	}
}

// small is a workspace of three modules without dependencies.
func small(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.work":            "go 1.26.0\n\nuse (\n\t./app\n\t./base\n\t./lib\n)\n",
		"LICENSE":            "Do what you want.\n",
		"CHANGELOG.md":       "# Changes\n\n## [Unreleased]\n\n## [1.2.3] - 2026-01-31\n\n- First.\n",
		"base/go.mod":        "module github.com/codex-go/small/base\n\ngo 1.26\n",
		"base/base.go":       "package base\n\nconst Text = \"hello\"\n",
		"base/internal/i.go": "package internal\n",
		"lib/go.mod":         "module github.com/codex-go/small/lib\n\ngo 1.26\n\nrequire github.com/codex-go/small/base v0.0.0\n\nreplace github.com/codex-go/small/base => ../base\n",
		"lib/lib.go":         "package lib\n\nimport \"github.com/codex-go/small/base\"\n\nfunc Text() string { return base.Text }\n",
		"app/go.mod":         "module github.com/codex-go/small/app\n\ngo 1.26\n\nrequire (\n\tgithub.com/codex-go/small/lib v0.0.0\n\tgithub.com/codex-go/small/base v0.0.0 // indirect\n)\n\nreplace (\n\tgithub.com/codex-go/small/base => ../base\n\tgithub.com/codex-go/small/lib => ../lib\n)\n",
		"app/hello/hi.go":    "package main\n\nimport \"github.com/codex-go/small/lib\"\n\nfunc main() { print(lib.Text()) }\n",
		"app/hello/ver.go":   "package main\n\n// Nothing more.\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	commit(t, dir)
	return dir
}

func TestCut(t *testing.T) {
	t.Parallel()
	from := small(t)
	head, err := workspace.Git(t.Context(), from, "rev-parse", "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Cut(t.Context(), Options{From: from, To: t.TempDir(), Version: "v1.2.3", Env: identity})
	if err != nil {
		t.Fatal(err)
	}

	wantTags := []string{"base/v1.2.3", "lib/v1.2.3", "app/v1.2.3"}
	if diff := cmp.Diff(wantTags, r.Tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	for _, tag := range wantTags {
		at, err := workspace.Git(t.Context(), r.Clone, "rev-parse", tag+"^{commit}", "HEAD")
		if lines := strings.Fields(at); err != nil || len(lines) != 2 || lines[0] != lines[1] {
			t.Errorf("tag %s: got %q, error %v, want the commit of the release", tag, at, err)
		}
	}
	mod, err := workspace.Git(t.Context(), r.Clone, "show", "HEAD:app/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	wantMod := "module github.com/codex-go/small/app\n\ngo 1.26\n\nrequire github.com/codex-go/small/lib v1.2.3\n\nrequire github.com/codex-go/small/base v1.2.3 // indirect\n"
	if diff := cmp.Diff(wantMod, mod); diff != "" {
		t.Errorf("go.mod (-want +got):\n%s", diff)
	}
	sum, err := workspace.Git(t.Context(), r.Clone, "show", "HEAD:app/go.sum")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range []string{"github.com/codex-go/small/base v1.2.3 h1:", "github.com/codex-go/small/lib v1.2.3 h1:", "github.com/codex-go/small/lib v1.2.3/go.mod h1:"} {
		if !strings.Contains(sum, entry) {
			t.Errorf("go.sum lacks %q:\n%s", entry, sum)
		}
	}

	bin, err := r.Verify(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := workspace.Run(t.Context(), bin, nil, filepath.Join(bin, "hello")); err != nil {
		t.Error(err)
	}

	// The repository that the release came from is as it was.
	for _, check := range []struct {
		args []string
		want string
	}{
		{[]string{"rev-parse", "HEAD"}, head},
		{[]string{"status", "--porcelain"}, ""},
		{[]string{"tag", "--list"}, ""},
	} {
		if got, err := workspace.Git(t.Context(), from, check.args...); err != nil || got != check.want {
			t.Errorf("git %v: got %q, error %v, want %q", check.args, got, err, check.want)
		}
	}
}

// TestCutHashes holds the hashes of a release against those that the go command
// computes when it takes a module from the repository itself.
func TestCutHashes(t *testing.T) {
	t.Parallel()
	r, err := Cut(t.Context(), Options{From: small(t), To: t.TempDir(), Version: "v1.2.3", Env: identity})
	if err != nil {
		t.Fatal(err)
	}
	// The repository of a module below github.com is known by the path.
	config := filepath.Join(t.TempDir(), "gitconfig")
	text := "[url \"" + fileURL(r.Clone) + "\"]\n\tinsteadOf = https://" + r.Workspace.Prefix + "\n"
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := workspace.Run(t.Context(), t.TempDir(), []string{
		"GIT_CONFIG_GLOBAL=" + config, "GIT_CONFIG_NOSYSTEM=1", "GOWORK=off", "GOPROXY=direct",
		"GONOSUMDB=" + r.Workspace.Prefix, "GOFLAGS=-modcacherw", "GOMODCACHE=" + t.TempDir(),
	}, "go", "mod", "download", "-json", r.Workspace.Prefix+"/base@v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	var direct struct{ Sum, GoModSum string }
	if err := json.Unmarshal([]byte(out), &direct); err != nil {
		t.Fatal(err)
	}
	recorded, err := os.ReadFile(filepath.Join(r.Clone, "lib", "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	module := r.Workspace.Prefix + "/base v1.2.3"
	want := module + " " + direct.Sum + "\n" + module + "/go.mod " + direct.GoModSum + "\n"
	if diff := cmp.Diff(want, string(recorded)); diff != "" {
		t.Errorf("go.sum of lib (-want +got):\n%s", diff)
	}
}

func TestCutRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		version string
		prepare func(t *testing.T, dir string)
		want    string
	}{
		{"no version", "1.2.3", nil, "not of the form"},
		{"short version", "v1.2", nil, "not of the form"},
		{"build metadata", "v1.2.3+linux", nil, "not of the form"},
		{"second generation", "v2.0.0", nil, "/v2"},
		{"no notes", "v1.2.4", nil, "## [1.2.4]"},
		{"tag exists", "v1.2.3", func(t *testing.T, dir string) {
			if _, err := workspace.Run(t.Context(), dir, identity, "git", "tag", "lib/v1.2.3"); err != nil {
				t.Fatal(err)
			}
		}, "lib/v1.2.3"},
		{"replaces another module", "v1.2.3", func(t *testing.T, dir string) {
			text := "module github.com/codex-go/small/base\n\ngo 1.26\n\nreplace golang.org/x/sys => ../sys\n"
			if err := os.WriteFile(filepath.Join(dir, "base", "go.mod"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			commit(t, dir)
		}, "golang.org/x/sys"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			from := small(t)
			if test.prepare != nil {
				test.prepare(t, from)
			}
			_, err := Cut(t.Context(), Options{From: from, To: t.TempDir(), Version: test.version, Env: identity})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

// TestVerifyFinds breaks a release after it was made: what a stranger would
// stumble over must be found.
func TestVerifyFinds(t *testing.T) {
	t.Parallel()
	r, err := Cut(t.Context(), Options{From: small(t), To: t.TempDir(), Version: "v1.2.3", Env: identity})
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(r.Proxy, "github.com", "codex-go", "small", "lib", "@v", "v1.2.3.zip")
	if err := os.Remove(archive); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Verify(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "small/lib") {
		t.Errorf("got error %v, want one about lib", err)
	}
}

// TestRepository releases this repository, as it lies there, to a proxy on
// disk, imports all its modules from outside and installs the program.
func TestRepository(t *testing.T) {
	t.Parallel()
	w, err := workspace.Find(".")
	if errors.Is(err, workspace.ErrNone) {
		t.Skip("not in the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(w.Root, ".git")); err != nil {
		t.Skip("not a checkout")
	}
	from := t.TempDir()
	if err := workspace.Copy(t.Context(), w.Root, from); err != nil {
		t.Fatal(err)
	}
	const version = "v1.999.0-test"
	notes := filepath.Join(from, "CHANGELOG.md")
	if err := os.WriteFile(notes, []byte("## [1.999.0-test] - 2026-01-31\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	commit(t, from)
	r, err := Cut(t.Context(), Options{From: from, To: t.TempDir(), Version: version, Env: identity, Progress: func(what string) { t.Log(what) }})
	if err != nil {
		t.Fatal(err)
	}
	bin, err := r.Verify(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	out, err := workspace.Run(t.Context(), bin, nil, filepath.Join(bin, "codex"), "--version")
	if err != nil || !strings.Contains(out, version) {
		t.Errorf("codex --version: got %q, error %v, want it to say %s", out, err, version)
	}
}
