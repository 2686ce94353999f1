package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// patchText is a patch of the given sections.
func patchText(sections ...string) string {
	return "*** Begin Patch\n" + strings.Join(sections, "\n") + "\n*** End Patch\n"
}

// shellPatch applies a patch through the shell tool.
func shellPatch(t *testing.T, more string, sections ...string) *protocol.FunctionCallItem {
	t.Helper()
	argv, err := json.Marshal([]string{"apply_patch", patchText(sections...)})
	if err != nil {
		t.Fatal(err)
	}
	return shell(`{"command":` + string(argv) + more + `}`)
}

const (
	addNew     = "*** Add File: new.txt\n+new"
	updateOld  = "*** Update File: old.txt\n@@\n-one\n+1"
	addOld     = "*** Add File: old.txt\n+other"
	addOutside = "*** Add File: ../outside.txt\n+x"
)

// What a patch leads to under the policies of a turn.
func TestPatch(t *testing.T) {
	t.Parallel()
	const applied = `
patch end c1 success=true out="Success. Updated the following files:\nA new.txt\n" err=""
diff
result true {"output":"Success. Updated the following files:\nA new.txt\n","metadata":{"exit_code":0,"duration_seconds":0.0}}`
	const inSandbox = `
run ["/codex" "--codex-run-as-apply-patch"] in $CWD, 10s, confined by workspace-write`
	for _, c := range []struct {
		name     string
		policy   protocol.AskForApproval
		sandbox  protocol.SandboxPolicy
		none     bool
		more     string
		sections []string
		answers  []protocol.ReviewDecision
		outcomes []outcome
		want     string
		written  bool
	}{
		{name: "full access", policy: protocol.AskNever, sandbox: full, sections: []string{addNew}, written: true, want: `
patch begin c1 auto=true add new.txt` + applied},

		{name: "inside, confined", policy: protocol.AskOnRequest, sandbox: workspace, sections: []string{addNew},
			outcomes: []outcome{{stdout: "Success.\n"}}, want: `
patch begin c1 auto=true add new.txt` + inSandbox + `
patch end c1 success=true out="Success.\n" err=""
diff
result true {"output":"Success.\n","metadata":{"exit_code":0,"duration_seconds":1.2}}`},

		{name: "asked and approved", policy: protocol.AskUntrusted, sandbox: workspace, sections: []string{addNew},
			answers: []protocol.ReviewDecision{always}, written: true, want: `
ask c1 for the patch: add new.txt
patch begin c1 auto=false add new.txt` + applied},

		{name: "asked and denied", policy: protocol.AskUntrusted, sandbox: full, sections: []string{addNew},
			answers: []protocol.ReviewDecision{denied}, want: `
ask c1 for the patch: add new.txt
result false the user rejected the patch`},

		{name: "asked and aborted", policy: protocol.AskUntrusted, sandbox: full, sections: []string{addNew},
			answers: []protocol.ReviewDecision{abort}, want: `
ask c1 for the patch: add new.txt
error the user ended the turn instead of answering`},

		{name: "outside under never", policy: protocol.AskNever, sandbox: workspace, sections: []string{addOutside}, want: `
result false the patch was rejected: it writes outside of the project, and the approval settings of the user refuse that`},

		{name: "outside under on-request", policy: protocol.AskOnRequest, sandbox: workspace, sections: []string{addOutside},
			answers: []protocol.ReviewDecision{denied}, want: `
ask c1 for the patch: add ../outside.txt
result false the user rejected the patch`},

		{name: "outside under on-failure, retried", policy: protocol.AskOnFailure, sandbox: workspace, sections: []string{addOutside},
			outcomes: []outcome{{code: 1, stderr: "Permission denied\n"}, {stdout: "Success.\n"}},
			answers:  []protocol.ReviewDecision{approved}, want: `
patch begin c1 auto=true add ../outside.txt` + inSandbox + `
patch end c1 success=false out="" err="Permission denied\n"
diff
background: Execution failed in the sandbox with exit code 1
ask c1 ["/codex" "--codex-run-as-apply-patch"] in $CWD: The command failed inside the sandbox. Retry it outside of the sandbox?
background: Retrying the command outside of the sandbox
patch begin c1 auto=true add ../outside.txt
run ["/codex" "--codex-run-as-apply-patch"] in $CWD, 10s, outside the sandbox
patch end c1 success=true out="Success.\n" err=""
diff
result true {"output":"Success.\n","metadata":{"exit_code":0,"duration_seconds":1.2}}`},

		{name: "escalated inside", policy: protocol.AskOnRequest, sandbox: workspace, sections: []string{addNew},
			more:    `,"with_escalated_permissions":true,"justification":"why"`,
			answers: []protocol.ReviewDecision{approved}, written: true, want: `
ask c1 ["/codex" "--codex-run-as-apply-patch"] in $CWD: why
patch begin c1 auto=true add new.txt` + applied},

		{name: "escalated inside and denied", policy: protocol.AskOnRequest, sandbox: workspace, sections: []string{addNew},
			more: `,"with_escalated_permissions":true`, answers: []protocol.ReviewDecision{denied}, want: `
ask c1 ["/codex" "--codex-run-as-apply-patch"] in $CWD: 
result false the user rejected the patch`},

		{name: "without a sandbox under never", policy: protocol.AskNever, sandbox: workspace, none: true, sections: []string{addNew}, want: `
result false the patch was rejected: there is no sandbox to apply it in, and the approval settings of the user refuse to ask`},

		{name: "replaces a file under never", policy: protocol.AskNever, sandbox: workspace, sections: []string{addOld}, want: `
result false the patch was rejected: it adds a file that exists already; update the file, or delete it first`},

		{name: "replaces a file under on-request", policy: protocol.AskOnRequest, sandbox: workspace, sections: []string{addOld},
			answers: []protocol.ReviewDecision{denied}, want: `
ask c1 for the patch: add old.txt
result false the user rejected the patch`},

		{name: "protected", policy: protocol.AskNever, sandbox: workspace, sections: []string{"*** Add File: .git/config\n+x"}, want: `
result false the patch was rejected: it writes outside of the project, and the approval settings of the user refuse that`},

		{name: "does not fit", policy: protocol.AskUntrusted, sandbox: full, sections: []string{"*** Update File: old.txt\n@@\n-nothing like it\n+1"}, want: `
result false the patch was not applied: *`},

		{name: "below a file", policy: protocol.AskNever, sandbox: full, sections: []string{addNew, "*** Add File: old.txt/x\n+x"}, want: `
patch begin c1 auto=true add new.txt, add old.txt/x
patch end c1 success=false out="" err="cannot create the folders of old.txt/x: mkdir $CWD/old.txt: not a directory\n"
diff
result false {"output":"cannot create the folders of old.txt/x: mkdir $CWD/old.txt: not a directory\n","metadata":{"exit_code":1,"duration_seconds":0.0}}`},

		{name: "in a folder that is not there", policy: protocol.AskNever, sandbox: full, more: `,"workdir":"missing"`, sections: []string{addNew}, want: `
patch begin c1 auto=true add missing/new.txt
patch end c1 success=false out="" err="start \"apply_patch\": working directory is not usable: stat $CWD/missing: no such file or directory"
diff
result false {"output":"start \"apply_patch\": working directory is not usable: stat $CWD/missing: no such file or directory","metadata":{"exit_code":126,"duration_seconds":0.0}}`},

		{name: "no patch", policy: protocol.AskUntrusted, sandbox: full, sections: []string{"*** Rename File: x"}, want: `
result false the patch was not applied: *`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c.policy, c.sandbox)
			b.write("old.txt", "one\n")
			b.write(".git/HEAD", "x")
			b.answers, b.outcomes = c.answers, c.outcomes
			s := b.set(func(o *tools.Options) {
				if c.none {
					o.Sandbox = nil
				}
			})
			b.call(t.Context(), s, shellPatch(t, c.more, c.sections...))
			if prefix, ok := strings.CutSuffix(strings.TrimSpace(c.want), "*"); ok {
				if len(b.lines) != 1 || !strings.HasPrefix(b.lines[0], prefix) || len(b.lines[0]) == len(prefix) {
					t.Errorf("got %q, want a line that begins with %q", b.lines, prefix)
				}
			} else {
				b.expect(c.want)
			}
			if written := b.read("new.txt") == "new\n"; written != c.written {
				t.Errorf("new.txt holds %q", b.read("new.txt"))
			}
			if b.read("old.txt") != "one\n" {
				t.Errorf("old.txt holds %q", b.read("old.txt"))
			}
		})
	}
}

// All ways to call apply_patch do the same.
func TestPatchForms(t *testing.T) {
	t.Parallel()
	text := patchText(updateOld)
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	heredoc, err := json.Marshal([]string{"bash", "-lc", "cd sub && apply_patch <<'EOF'\n" + text + "EOF\n"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		item protocol.ResponseItem
		path string
	}{
		{"function", &protocol.FunctionCallItem{Name: "apply_patch", CallID: "c1", Arguments: `{"input":` + string(quoted) + `}`}, "old.txt"},
		{"free form", &protocol.CustomToolCallItem{Name: "apply_patch", CallID: "c1", Input: text}, "old.txt"},
		{"shell", shellPatch(t, "", updateOld), "old.txt"},
		{"shell with a folder", shellPatch(t, `,"workdir":"sub"`, updateOld), "sub/old.txt"},
		{"heredoc behind cd", shell(`{"command":` + string(heredoc) + `}`), "sub/old.txt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, protocol.AskNever, full)
			b.write("old.txt", "one\n")
			b.write("sub/old.txt", "one\n")
			b.call(t.Context(), b.set(nil), c.item)
			if got := b.read(c.path); got != "1\n" {
				t.Errorf("%s holds %q; %q", c.path, got, b.lines)
			}
			b.expect("patch begin c1 auto=true update " + filepath.FromSlash(c.path) + `
patch end c1 success=true out="Success. Updated the following files:\nM old.txt\n" err=""
diff
result true {"output":"Success. Updated the following files:\nM old.txt\n","metadata":{"exit_code":0,"duration_seconds":0.0}}`)
		})
	}
}

// A link that leads out of the workspace is judged by where it leads, and a
// root of its own does not open what another one protects.
func TestPatchPaths(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("links need rights on Windows")
	}
	lower := t.TempDir()
	if err := os.Mkdir(filepath.Join(lower, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := os.Stat(filepath.Join(lower, ".GIT"))
	caseMatters := errors.Is(err, fs.ErrNotExist)
	for _, c := range []struct {
		name, section string
		allowed       bool
	}{
		{"plain", "*** Add File: sub/x\n+x", true},
		{"dots that stay inside", "*** Add File: sub/../x\n+x", true},
		{"a link to a folder outside", "*** Add File: out/x\n+x", false},
		{"a link to a folder inside", "*** Add File: in/x\n+x", true},
		{"a link into .git", "*** Add File: git/x\n+x", false},
		{"a name like .git", "*** Add File: .github/x\n+x", true},
		{".git of the workspace", "*** Add File: .git/x\n+x", false},
		{".git in other letters", "*** Add File: .GIT/x\n+x", caseMatters},
		{"another root", "*** Add File: ../x\n+x", true},
		{"moved outside", "*** Update File: old.txt\n*** Move to: out/old.txt\n@@\n-one\n+1", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, protocol.AskNever, nil)
			// Below a root that holds the workspace too, its .git stays closed.
			b.cwd = filepath.Join(b.cwd, "ws")
			b.sandbox = &protocol.WorkspaceWritePolicy{ExcludeSlashTmp: true, WritableRoots: []string{"/nonexistent", filepath.Dir(b.cwd)}}
			outside := t.TempDir()
			b.write("old.txt", "one\n")
			b.write(".git/HEAD", "x")
			b.write("sub/y", "y")
			for name, target := range map[string]string{"out": outside, "in": "sub", "git": ".git"} {
				if err := os.Symlink(target, filepath.Join(b.cwd, name)); err != nil {
					t.Fatal(err)
				}
			}
			result, err := b.set(nil).Call(t.Context(), b, shellPatch(t, "", c.section))
			if err != nil {
				t.Fatal(err)
			}
			if allowed := !strings.Contains(result.Text, "rejected"); allowed != c.allowed {
				t.Errorf("allowed %v, want %v: %s", allowed, c.allowed, result.Text)
			}
		})
	}
}

// Without the path of the program a patch cannot be confined, and is not run
// as if it were.
func TestPatchNeedsTheProgram(t *testing.T) {
	t.Parallel()
	b := newBench(t, protocol.AskNever, workspace)
	b.call(t.Context(), b.set(func(o *tools.Options) { o.Executable = "" }), shellPatch(t, "", addNew))
	b.expect("result false the patch was rejected: there is no sandbox to apply it in, and the approval settings of the user refuse to ask")
}

// An interrupt between the plan and its application leaves nothing behind.
func TestInterruptedPatch(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b := newBench(t, protocol.AskNever, full)
	s := b.set(nil)
	item := shellPatch(t, "", addNew)
	b.call(interruptAtBegin{ctx, b, cancel}, s, item)
	if len(b.lines) == 0 || b.lines[len(b.lines)-1] != "error context canceled" {
		t.Errorf("transcript %q", b.lines)
	}
	if got := b.read("new.txt"); got != "(none)" {
		t.Errorf("new.txt holds %q", got)
	}
	ends := 0
	for _, l := range b.lines {
		if strings.HasPrefix(l, "patch end") {
			ends++
		}
	}
	if ends != 1 {
		t.Errorf("%d end events", ends)
	}
}

// interruptAtBegin ends when the patch has begun.
type interruptAtBegin struct {
	context.Context
	b      *bench
	cancel func()
}

func (i interruptAtBegin) Err() error {
	if len(i.b.lines) > 0 {
		i.cancel()
	}
	return i.Context.Err()
}
