package tools_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

const (
	approved = protocol.ReviewApproved
	always   = protocol.ReviewApprovedForSession
	denied   = protocol.ReviewDenied
	abort    = protocol.ReviewAbort
)

// What a call of the shell leads to: questions, events, runs and the text for
// the model.
func TestShell(t *testing.T) {
	t.Parallel()
	notFound := &exec.StartError{Program: "nope", ExitCode: exec.ExitNotFound, Err: exec.ErrNotFound}
	for _, c := range []struct {
		name     string
		policy   protocol.AskForApproval
		sandbox  protocol.SandboxPolicy
		none     bool // no sandbox on this machine
		args     string
		answers  []protocol.ReviewDecision
		outcomes []outcome
		broken   error
		want     string
	}{
		{name: "sandboxed", policy: protocol.AskOnRequest, sandbox: workspace,
			args:     `{"command":["make"],"workdir":"sub","timeout_ms":2000,"unknown":1}`,
			outcomes: []outcome{{stdout: "ok\n", stderr: "warn\n"}}, want: `
begin c1 ["make"] in $CWD/sub
run ["make"] in $CWD/sub, 2s, confined by workspace-write
stdout "ok\n"
stderr "warn\n"
end c1 0 out="ok\n" err="warn\n" both="ok\nwarn\n" model="ok\nwarn\n"
result true {"output":"ok\nwarn\n","metadata":{"exit_code":0,"duration_seconds":1.2}}`},

		{name: "failed", policy: protocol.AskOnFailure, sandbox: workspace, args: `{"command":["grep","x"],"workdir":"/elsewhere"}`,
			outcomes: []outcome{{code: 1}}, want: `
begin c1 ["grep" "x"] in /elsewhere
run ["grep" "x"] in /elsewhere, 10s, confined by workspace-write
end c1 1 out="" err="" both="" model=""
result false {"output":"","metadata":{"exit_code":1,"duration_seconds":1.2}}`},

		{name: "full access", policy: protocol.AskNever, sandbox: full, args: `{"command":["make"],"timeout":0}`, want: `
begin c1 ["make"] in $CWD
run ["make"] in $CWD, -1ns, outside the sandbox
end c1 0 out="" err="" both="" model=""
result true {"output":"","metadata":{"exit_code":0,"duration_seconds":1.2}}`},

		{name: "timed out", policy: protocol.AskOnFailure, sandbox: workspace, args: `{"command":["sleep","9"]}`,
			outcomes: []outcome{{code: exec.ExitTimeout, timedOut: true, stdout: "permission denied"}}, want: `
begin c1 ["sleep" "9"] in $CWD
run ["sleep" "9"] in $CWD, 10s, confined by workspace-write
stdout "permission denied"
end c1 124 out="permission denied" err="" both="permission denied" model="command timed out after 1200 milliseconds\npermission denied"
result false {"output":"command timed out after 1200 milliseconds\npermission denied","metadata":{"exit_code":124,"duration_seconds":1.2}}`},

		{name: "not found", policy: protocol.AskNever, sandbox: full, args: `{"command":["nope"]}`,
			outcomes: []outcome{{err: notFound}}, want: `
begin c1 ["nope"] in $CWD
run ["nope"] in $CWD, 10s, outside the sandbox
end c1 127 out="" err="start \"nope\": program not found" both="start \"nope\": program not found" model="start \"nope\": program not found"
result false {"output":"start \"nope\": program not found","metadata":{"exit_code":127,"duration_seconds":0.0}}`},

		{name: "asked and approved", policy: protocol.AskUntrusted, sandbox: workspace, args: `{"command":["make"],"justification":"to build"}`,
			answers: []protocol.ReviewDecision{approved}, want: `
ask c1 ["make"] in $CWD: to build
begin c1 ["make"] in $CWD
run ["make"] in $CWD, 10s, outside the sandbox
end c1 0 out="" err="" both="" model=""
result true {"output":"","metadata":{"exit_code":0,"duration_seconds":1.2}}`},

		{name: "asked and denied", policy: protocol.AskUntrusted, sandbox: workspace, args: `{"command":["make"]}`,
			answers: []protocol.ReviewDecision{denied}, want: `
ask c1 ["make"] in $CWD: 
result false the user rejected the command`},

		{name: "asked and aborted", policy: protocol.AskUntrusted, sandbox: workspace, args: `{"command":["make"]}`,
			answers: []protocol.ReviewDecision{abort}, want: `
ask c1 ["make"] in $CWD: 
error the user ended the turn instead of answering`},

		{name: "escalated", policy: protocol.AskOnRequest, sandbox: readOnly,
			args:    `{"command":["touch","/x"],"with_escalated_permissions":true,"justification":"why"}`,
			answers: []protocol.ReviewDecision{approved}, want: `
ask c1 ["touch" "/x"] in $CWD: why
begin c1 ["touch" "/x"] in $CWD
run ["touch" "/x"] in $CWD, 10s, outside the sandbox
end c1 0 out="" err="" both="" model=""
result true {"output":"","metadata":{"exit_code":0,"duration_seconds":1.2}}`},

		{name: "escalated where that is refused", policy: protocol.AskNever, sandbox: workspace,
			args: `{"command":["ls"],"with_escalated_permissions":true}`, want: `
result false the command was not run: the approval policy is "never": do not ask for escalated permissions under it`},

		{name: "dangerous under never", policy: protocol.AskNever, sandbox: full, args: `{"command":["rm","-rf","/"]}`, want: `
result false the command was rejected: "the command is dangerous, and the approval settings of the user refuse it"`},

		{name: "no sandbox under never", policy: protocol.AskNever, sandbox: workspace, none: true, args: `{"command":["make"]}`, want: `
result false the command was rejected: "the command is not on the list of trusted commands, and there is no sandbox to run it in"`},

		{name: "no sandbox under on-request", policy: protocol.AskOnRequest, sandbox: workspace, none: true, args: `{"command":["make"]}`,
			answers: []protocol.ReviewDecision{denied}, want: `
ask c1 ["make"] in $CWD: 
result false the user rejected the command`},

		{name: "a sandbox that cannot enforce the policy", policy: protocol.AskOnFailure, sandbox: workspace, args: `{"command":["make"]}`,
			broken: errors.New("this kernel cannot"), want: `
begin c1 ["make"] in $CWD
end c1 -1 out="" err="this kernel cannot" both="this kernel cannot" model="this kernel cannot"
result false execution error: this kernel cannot`},

		{name: "denied by the sandbox, on-request", policy: protocol.AskOnRequest, sandbox: readOnly, args: `{"command":["touch","x"]}`,
			outcomes: []outcome{{code: 1, stderr: "touch: Permission denied\n"}}, want: `
begin c1 ["touch" "x"] in $CWD
run ["touch" "x"] in $CWD, 10s, confined by read-only
stderr "touch: Permission denied\n"
end c1 1 out="" err="touch: Permission denied\n" both="touch: Permission denied\n" model="touch: Permission denied\n"
result false {"output":"touch: Permission denied\n\n[the command seems to have been stopped by the sandbox (fake sandbox)]","metadata":{"exit_code":1,"duration_seconds":1.2}}`},

		{name: "denied by the sandbox, retried", policy: protocol.AskOnFailure, sandbox: readOnly, args: `{"command":["touch","x"]}`,
			outcomes: []outcome{{code: 1, stderr: "EROFS"}, {code: 2, stderr: "EROFS"}}, answers: []protocol.ReviewDecision{approved}, want: `
begin c1 ["touch" "x"] in $CWD
run ["touch" "x"] in $CWD, 10s, confined by read-only
stderr "EROFS"
end c1 1 out="" err="EROFS" both="EROFS" model="EROFS"
background: Execution failed in the sandbox with exit code 1
ask c1 ["touch" "x"] in $CWD: The command failed inside the sandbox. Retry it outside of the sandbox?
background: Retrying the command outside of the sandbox
begin c1 ["touch" "x"] in $CWD
run ["touch" "x"] in $CWD, 10s, outside the sandbox
stderr "EROFS"
end c1 2 out="" err="EROFS" both="EROFS" model="EROFS"
result false {"output":"EROFS","metadata":{"exit_code":2,"duration_seconds":1.2}}`},

		{name: "denied by the sandbox, not retried", policy: protocol.AskOnFailure, sandbox: readOnly, args: `{"command":["touch","x"]}`,
			outcomes: []outcome{{code: 1, stderr: "EROFS"}}, answers: []protocol.ReviewDecision{denied}, want: `
begin c1 ["touch" "x"] in $CWD
run ["touch" "x"] in $CWD, 10s, confined by read-only
stderr "EROFS"
end c1 1 out="" err="EROFS" both="EROFS" model="EROFS"
background: Execution failed in the sandbox with exit code 1
ask c1 ["touch" "x"] in $CWD: The command failed inside the sandbox. Retry it outside of the sandbox?
result false the user rejected the command`},

		{name: "denied outside of a sandbox", policy: protocol.AskOnFailure, sandbox: full, args: `{"command":["touch","/x"]}`,
			outcomes: []outcome{{code: 1, stderr: "Permission denied"}}, want: `
begin c1 ["touch" "/x"] in $CWD
run ["touch" "/x"] in $CWD, 10s, outside the sandbox
stderr "Permission denied"
end c1 1 out="" err="Permission denied" both="Permission denied" model="Permission denied"
result false {"output":"Permission denied","metadata":{"exit_code":1,"duration_seconds":1.2}}`},

		{name: "a panic", policy: protocol.AskNever, sandbox: full, args: `{"command":["make"]}`, outcomes: []outcome{{panics: "boom"}}, want: `
begin c1 ["make"] in $CWD
run ["make"] in $CWD, 10s, outside the sandbox
end c1 -1 out="" err="the command was not run to its end" both="the command was not run to its end" model="the command was not run to its end"
result false the tool failed because of an internal error of the harness`},

		{name: "a patch that is not called", policy: protocol.AskNever, sandbox: full,
			args: `{"command":["*** Begin Patch\n*** Add File: x\n+x\n*** End Patch"]}`, want: `
result false the command is a patch: call apply_patch with it explicitly`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c.policy, c.sandbox)
			b.answers, b.outcomes, b.unconfinable = c.answers, c.outcomes, c.broken
			s := b.set(func(o *tools.Options) {
				if c.none {
					o.Sandbox = nil
				}
			})
			b.call(t.Context(), s, shell(c.args))
			b.expect(c.want)
		})
	}
}

// Clients see the working directory as the model spells it.
// (spec: exec-and-tools, shell)
func TestWorkdirs(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("paths are spelled otherwise")
	}
	for _, c := range []struct{ workdir, want string }{
		{`null`, "$CWD"}, {`""`, "$CWD/"}, {`"."`, "$CWD/."}, {`"./sub"`, "$CWD/./sub"}, {`"sub/"`, "$CWD/sub/"},
		{`"sub/.."`, "$CWD/sub/.."}, {`".."`, "$CWD/.."}, {`"/a/../b"`, "/a/../b"},
	} {
		t.Run(c.workdir, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, protocol.AskUntrusted, full)
			b.answers = []protocol.ReviewDecision{denied}
			b.call(t.Context(), b.set(nil), shell(`{"command":["make"],"workdir":`+c.workdir+`}`))
			b.expect("ask c1 [\"make\"] in " + c.want + ": \nresult false the user rejected the command")
		})
	}
}

// A name that PATH does not know runs nothing, so nobody is asked.
func TestMissingProgramIsTrusted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, args, ask string }{
		{"alone", `{"command":["cd","/"]}`, ""},
		{"in a script", `{"command":["bash","-lc","rg x"]}`, ""},
		{"in front of a planted one", `{"command":["bash","-lc","rg x; cat y"]}`, "ask c1 [\"bash\" \"-lc\" \"rg x; cat y\"] in $CWD: \nresult false the user rejected the command"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if runtime.GOOS == "windows" {
				t.Skip("programs are found otherwise")
			}
			b := newBench(t, protocol.AskUntrusted, readOnly)
			b.write("bin/cat", "#!/bin/sh\n")
			if err := os.Chmod(b.cwd+"/bin/cat", 0o755); err != nil {
				t.Fatal(err)
			}
			b.answers = []protocol.ReviewDecision{denied}
			s := b.set(func(o *tools.Options) { o.Environ = []string{"PATH=" + b.cwd + "/bin"} })
			b.call(t.Context(), s, shell(c.args))
			if c.ask != "" {
				b.expect(c.ask)
			} else if strings.HasPrefix(b.lines[0], "ask") {
				t.Errorf("asked: %q", b.lines)
			}
		})
	}
}

// Trusted commands run without a question, in the sandbox when there is one,
// and a refusal of the file system is not taken for the sandbox's.
func TestTrustedCommands(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no such programs")
	}
	if _, err := os.Stat("/usr/bin/cat"); err != nil {
		if _, err := os.Stat("/bin/cat"); err != nil {
			t.Skip(err)
		}
	}
	for _, c := range []struct {
		name string
		none bool
		want string
	}{
		{"with a sandbox", false, "confined by read-only"},
		{"without one", true, "outside the sandbox"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, protocol.AskUntrusted, readOnly)
			b.outcomes = []outcome{{code: 1, stderr: "cat: /root/x: Permission denied\n"}}
			s := b.set(func(o *tools.Options) {
				if c.none {
					o.Sandbox = nil
				}
			})
			b.call(t.Context(), s, shell(`{"command":["cat","/root/x"]}`))
			b.expect(`
begin c1 ["cat" "/root/x"] in $CWD
run ["cat" "/root/x"] in $CWD, 10s, ` + c.want + `
stderr "cat: /root/x: Permission denied\n"
end c1 1 out="" err="cat: /root/x: Permission denied\n" both="cat: /root/x: Permission denied\n" model="cat: /root/x: Permission denied\n"
result false {"output":"cat: /root/x: Permission denied\n","metadata":{"exit_code":1,"duration_seconds":1.2}}`)
		})
	}
}

// A program that the workspace could have put into the PATH is asked about,
// whatever its name. (spec: exec-and-tools, do better)
func TestPlantedProgramIsNotTrusted(t *testing.T) {
	t.Parallel()
	for _, sandbox := range []protocol.SandboxPolicy{full, readOnly, workspace} {
		t.Run(string(sandbox.Mode()), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, protocol.AskUntrusted, sandbox)
			b.write("bin/cat", "#!/bin/sh\n")
			if err := os.Chmod(b.cwd+"/bin/cat", 0o755); err != nil {
				t.Fatal(err)
			}
			b.answers = []protocol.ReviewDecision{denied}
			s := b.set(func(o *tools.Options) { o.Environ = []string{"PATH=" + b.cwd + "/bin:/usr/bin:/bin"} })
			b.call(t.Context(), s, shell(`{"command":["cat","x"]}`))
			b.expect("ask c1 [\"cat\" \"x\"] in $CWD: \nresult false the user rejected the command")
		})
	}
}

// What the user grants for the session holds for the same words, in the same
// place, with the same escalation.
func TestGrantsHoldForTheSession(t *testing.T) {
	t.Parallel()
	b := newBench(t, protocol.AskOnRequest, readOnly)
	s := b.set(nil)
	b.answers = []protocol.ReviewDecision{always, denied, denied}
	ctx := t.Context()
	b.call(ctx, s, shell(`{"command":["make"],"with_escalated_permissions":true}`))
	b.call(ctx, s, shell(`{"command":["make"],"with_escalated_permissions":true}`))
	b.call(ctx, s, shell(`{"command":["make"],"with_escalated_permissions":true,"workdir":"sub"}`))
	b.call(ctx, s, shell(`{"command":["make","all"],"with_escalated_permissions":true}`))
	b.call(ctx, s, shell(`{"command":["make"]}`))
	const ran = `
begin c1 ["make"] in $CWD
run ["make"] in $CWD, 10s, outside the sandbox
end c1 0 out="" err="" both="" model=""
result true {"output":"","metadata":{"exit_code":0,"duration_seconds":1.2}}`
	b.expect(`ask c1 ["make"] in $CWD: ` + ran + ran + `
ask c1 ["make"] in $CWD/sub: 
result false the user rejected the command
ask c1 ["make" "all"] in $CWD: 
result false the user rejected the command` + strings.Replace(ran, "outside the sandbox", "confined by read-only", 1))
}

// A plain approval grants nothing, also not when it was for a retry.
func TestApprovalIsForOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, protocol.AskOnFailure, readOnly)
	s := b.set(nil)
	refused := outcome{code: 1, stderr: "EPERM"}
	b.outcomes = []outcome{refused, {}, refused}
	b.answers = []protocol.ReviewDecision{approved, denied}
	b.call(t.Context(), s, shell(`{"command":["make"]}`))
	b.call(t.Context(), s, shell(`{"command":["make"]}`))
	asked := slices.DeleteFunc(b.lines, func(l string) bool { return !strings.HasPrefix(l, "ask ") })
	if len(asked) != 2 {
		t.Errorf("asked %d times, want twice", len(asked))
	}
}

func TestLocalShell(t *testing.T) {
	t.Parallel()
	id, dir, ms := "c1", "sub", uint64(5)
	action := protocol.LocalShellAction{Command: []string{"make"}, WorkingDirectory: &dir, TimeoutMS: &ms}
	for _, c := range []struct {
		name string
		item *protocol.LocalShellCallItem
		want string
	}{
		{"with a call id", &protocol.LocalShellCallItem{ID: "i1", CallID: &id, Action: action}, "c1"},
		{"with an item id", &protocol.LocalShellCallItem{ID: "i1", Action: action}, "i1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, protocol.AskNever, full)
			b.call(t.Context(), b.set(nil), c.item)
			b.expect(`
begin ` + c.want + ` ["make"] in $CWD/sub
run ["make"] in $CWD/sub, 5ms, outside the sandbox
end ` + c.want + ` 0 out="" err="" both="" model=""
result true {"output":"","metadata":{"exit_code":0,"duration_seconds":1.2}}`)
		})
	}
	t.Run("with neither", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, protocol.AskNever, full)
		b.call(t.Context(), b.set(nil), &protocol.LocalShellCallItem{Action: action})
		b.expect("result false the local shell call has neither a call_id nor an id")
	})
}

// An interrupt ends the command, whose end is shown, and the call has no
// result.
func TestInterruptedCommand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		oc   outcome
		want string
	}{
		{"while it runs", outcome{stdout: "so far", code: 143}, `
stdout "so far"
end c1 143 out="so far" err="" both="so far" model="so far"
error context canceled`},
		{"before it runs", outcome{err: context.Canceled}, `
end c1 -1 out="" err="context canceled" both="context canceled" model="context canceled"
error context canceled`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			b := newBench(t, protocol.AskNever, full)
			c.oc.run = func(context.Context) { cancel() }
			b.outcomes = []outcome{c.oc}
			b.call(ctx, b.set(nil), shell(`{"command":["make"]}`))
			want := "begin c1 [\"make\"] in $CWD\nrun [\"make\"] in $CWD, 10s, outside the sandbox" + c.want
			// Nobody has room for output once the turn is over.
			b.expect(strings.Replace(want, "\nstdout \"so far\"", "", 1))
		})
	}
}

// Commands see the environment of the policy, and whether the sandbox would
// give them a network.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	const flag = "CODEX_SANDBOX_NETWORK_DISABLED=1"
	for _, c := range []struct {
		name    string
		sandbox protocol.SandboxPolicy
		set     bool
	}{
		{"full access", full, false},
		{"workspace", workspace, true},
		{"workspace with network", &protocol.WorkspaceWritePolicy{NetworkAccess: true}, false},
		{"read-only", readOnly, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, protocol.AskOnFailure, c.sandbox)
			b.call(t.Context(), b.set(nil), shell(`{"command":["make"]}`))
			want := []string{"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LANG=C"}
			if c.set {
				want = append(want, flag)
			}
			if diff := cmp.Diff([][]string{want}, b.envs); diff != "" {
				t.Errorf("environment (-want +got):\n%s", diff)
			}
		})
	}
}

// What counts as a refusal by the sandbox: evidence, not failure.
func TestDenials(t *testing.T) {
	t.Parallel()
	network := &protocol.WorkspaceWritePolicy{NetworkAccess: true}
	for _, c := range []struct {
		name    string
		sandbox protocol.SandboxPolicy
		oc      outcome
		want    bool
	}{
		{"success", workspace, outcome{stderr: "Permission denied"}, false},
		{"failure alone", workspace, outcome{code: 1}, false},
		{"not found in the sandbox", workspace, outcome{code: 127, stderr: "not found"}, false},
		{"permission", workspace, outcome{code: 1, stderr: "PERMISSION DENIED"}, true},
		{"on stdout", workspace, outcome{code: 1, stdout: "x: Operation not permitted"}, true},
		{"read-only", workspace, outcome{code: 1, stderr: "Read-only file system"}, true},
		{"errno", workspace, outcome{code: 1, stderr: "Error: EACCES: open 'x'"}, true},
		{"part of a name", workspace, outcome{code: 1, stderr: "FileAccess.cs(1): pageaccess superman"}, false},
		{"system call", workspace, outcome{code: 159, signal: syscall.Signal(31)}, true},
		{"another signal", workspace, outcome{code: 139, signal: syscall.SIGSEGV}, false},
		{"network", workspace, outcome{code: 6, stderr: "curl: (6) Could not resolve host: x"}, true},
		{"network that is allowed", network, outcome{code: 6, stderr: "curl: (6) Could not resolve host: x"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, protocol.AskOnRequest, c.sandbox)
			b.outcomes = []outcome{c.oc}
			result, err := b.set(nil).Call(t.Context(), b, shell(`{"command":["make"]}`))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(result.Text, "stopped by the sandbox"); got != c.want {
				t.Errorf("denied %v, want %v: %s", got, c.want, result.Text)
			}
		})
	}
}
