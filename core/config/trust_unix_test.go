//go:build unix

package config

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/tomledit"
)

// repository makes a repository with a linked worktree in a fresh folder and
// returns that folder. It holds "main", "main/sub", "main/file", "linked" and
// "plain/sub".
func repository(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"main/sub", "plain/sub"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	put(t, filepath.Join(dir, "main/file"), "")
	for _, command := range []string{
		"init -q main", "-C main -c user.name=a -c user.email=a@b commit -q --allow-empty -m x", "-C main worktree add -q ../linked",
	} {
		git := exec.Command("git", strings.Fields(command)...)
		git.Dir = dir
		git.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
		if out, err := git.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v: %s", command, err, out)
		}
	}
	return dir
}

func TestProjectTrust(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	const work = "[projects.'DIR/main']\ntrust_level = 'trusted'\n"
	for _, test := range []struct {
		name, text, cwd string
		overrides       Overrides
		want            Trust
	}{
		{"nothing is known", "", "main", Overrides{}, TrustUnknown},
		{"the folder itself", work, "main", Overrides{}, TrustGiven},
		{"a folder in a trusted repository", work, "main/sub", Overrides{}, TrustGiven},
		{"a file in a trusted repository", work, "main/file", Overrides{}, TrustGiven},
		{"what is not there, in a trusted repository", work, "main/none", Overrides{}, TrustGiven},
		{"a linked worktree", work, "linked", Overrides{}, TrustGiven},
		{"another folder", work, "plain", Overrides{}, TrustUnknown},
		{"a folder without git does not inherit", "[projects.'DIR/plain']\ntrust_level = 'trusted'\n", "plain/sub", Overrides{}, TrustUnknown},
		{"paths are compared as they are written", "[projects.'DIR/plain/']\ntrust_level = 'trusted'\n", "plain", Overrides{}, TrustUnknown},
		{"another level", "[projects.'DIR/main']\ntrust_level = 'untrusted'\n", "main", Overrides{}, TrustUnknown},
		{"no level", "[projects.'DIR/main']\n", "main", Overrides{}, TrustUnknown},
		{"policy of the file", "approval_policy = 'on-request'\n" + work, "main", Overrides{}, TrustSettled},
		{"sandbox of the file", "sandbox_mode = 'read-only'\n" + work, "main", Overrides{}, TrustSettled},
		{"policy of the profile", work + "[profiles.p]\napproval_policy = 'never'\n", "main", Overrides{Profile: ptr("p")}, TrustSettled},
		{"a profile without one", work + "[profiles.p]\nmodel = 'm'\n", "main", Overrides{Profile: ptr("p")}, TrustGiven},
		{"policy override", work, "main", Overrides{ApprovalPolicy: protocol.AskNever}, TrustSettled},
		{"sandbox override", work, "main", Overrides{SandboxMode: protocol.SandboxReadOnly}, TrustSettled},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, _ := newLoader(t, strings.ReplaceAll(test.text, "DIR", dir))
			test.overrides.Cwd = filepath.Join(dir, test.cwd)
			c := load(t, l, test.overrides)
			if got := c.ProjectTrust(t.Context()); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			// The projects alone change nothing.
			if test.want == TrustGiven && (c.ApprovalPolicy != protocol.AskOnRequest || c.SandboxPolicy.Mode() != protocol.SandboxReadOnly) {
				t.Errorf("trust changed the policies: %v", c)
			}
		})
	}
}

func TestForTrustedProject(t *testing.T) {
	t.Parallel()
	l, _ := newLoader(t, "[sandbox_workspace_write]\nnetwork_access = true\n")
	c := load(t, l, Overrides{})
	trusting := c.ForTrustedProject()
	if diff := gocmp.Diff(protocol.SandboxPolicy(&protocol.WorkspaceWritePolicy{}), trusting.SandboxPolicy); diff != "" || trusting.ApprovalPolicy != protocol.AskOnRequest {
		t.Errorf("got %v: %s", trusting, diff)
	}
	if c.SandboxPolicy.Mode() != protocol.SandboxReadOnly {
		t.Error("the configuration itself changed")
	}
}

func TestTrustProject(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	for _, test := range []struct{ name, before, cwd, want string }{
		{"new file", "", "plain", "[projects.\"DIR/plain\"]\ntrust_level = \"trusted\"\n"},
		{"main worktree", "", "main/sub", "[projects.\"DIR/main\"]\ntrust_level = \"trusted\"\n"},
		{"linked worktree", "", "linked", "[projects.\"DIR/main\"]\ntrust_level = \"trusted\"\n"},
		{"behind the others", "# a\n[projects] # b\n\n[projects.\"/x\"] # c\ntrust_level = \"untrusted\"\n\n[tools]\n", "plain",
			"# a\n[projects] # b\n\n[projects.\"/x\"] # c\ntrust_level = \"untrusted\"\n\n[projects.\"DIR/plain\"]\ntrust_level = \"trusted\"\n\n[tools]\n"},
		{"another level", "[projects.'DIR/plain']\ntrust_level = 'untrusted' # no\nx = 1\n", "plain", "[projects.'DIR/plain']\ntrust_level = 'trusted' # no\nx = 1\n"},
		{"inline", "projects = { \"/x\" = { trust_level = \"untrusted\", y = 1 } }\n", "plain",
			"projects = { \"/x\" = { trust_level = \"untrusted\", y = 1 }, \"DIR/plain\".trust_level = \"trusted\" }\n"},
		{"inline project", "[projects]\n\"DIR/plain\" = { y = 1 }\n", "plain", "[projects]\n\"DIR/plain\" = { y = 1, trust_level = \"trusted\" }\n"},
		{"CRLF", "model = 'm'\r\n", "plain", "model = 'm'\r\n\r\n[projects.\"DIR/plain\"]\r\ntrust_level = \"trusted\"\r\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, _ := newLoader(t, strings.ReplaceAll(test.before, "DIR", dir))
			cwd := filepath.Join(dir, test.cwd)
			for range 2 {
				if err := l.TrustProject(t.Context(), cwd); err != nil {
					t.Fatal(err)
				}
				if diff := gocmp.Diff(strings.ReplaceAll(test.want, "DIR", dir), stored(t, l)); diff != "" {
					t.Error(diff)
				}
			}
			if got := load(t, l, Overrides{Cwd: cwd}).ProjectTrust(t.Context()); got != TrustGiven {
				t.Errorf("got %v afterwards", got)
			}
		})
	}
	l, _ := newLoader(t, "projects = 1\n")
	if err := l.TrustProject(t.Context(), filepath.Join(dir, "plain")); err == nil || stored(t, l) != "projects = 1\n" {
		t.Errorf("a value in the way: got %v", err)
	}
	// Names of folders on Windows keep their backslashes.
	if got := tomledit.Key("projects", `C:\a b`); got != `projects.'C:\a b'` {
		t.Errorf("got %s", got)
	}
}
