//go:build unix

package tools_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// Whether a command is started, asked about or rejected, and how.
func TestSessionDecisions(t *testing.T) {
	t.Parallel()
	const (
		plain     = "echo ${CONFINED:--}"
		denied    = `echo "permission denied ${CONFINED:--}"; [ -z "$CONFINED" ]`
		dangerous = "rm -rf nonexistent; echo ${CONFINED:--}"
	)
	quoted := func(cmd string) string { return fmt.Sprintf("%q", []string{"sh", "-c", cmd}) }
	for _, c := range []struct {
		name    string
		policy  protocol.AskForApproval
		sandbox protocol.SandboxPolicy
		none    bool // no sandbox on this machine
		cmd     string
		answers []protocol.ReviewDecision
		want    string
		text    string
	}{
		{"in the sandbox", protocol.AskOnRequest, readOnly, false, plain, nil, `
begin c1 ` + quoted(plain) + ` in $CWD
end c1 0 "read-only\r\n" ""`, "Process exited with code 0\nOutput:\nread-only\r\n"},
		{"asked", protocol.AskUntrusted, readOnly, false, plain, []protocol.ReviewDecision{protocol.ReviewApproved}, `
ask c1 ` + quoted(plain) + ` in $CWD:
begin c1 ` + quoted(plain) + ` in $CWD
end c1 0 "-\r\n" ""`, "Process exited with code 0\nOutput:\n-\r\n"},
		{"denied by the user", protocol.AskUntrusted, full, false, plain, []protocol.ReviewDecision{protocol.ReviewDenied}, `
ask c1 ` + quoted(plain) + ` in $CWD:`, "the user rejected the command"},
		{"dangerous", protocol.AskOnRequest, full, false, dangerous, []protocol.ReviewDecision{protocol.ReviewDenied}, `
ask c1 ` + quoted(dangerous) + ` in $CWD:`, "the user rejected the command"},
		{"dangerous and nobody to ask", protocol.AskNever, full, false, dangerous, nil, ``,
			`the command was rejected: "the command is dangerous, and the approval settings of the user refuse it"`},
		{"no sandbox", protocol.AskNever, readOnly, true, plain, nil, ``,
			`the command was rejected: "the command is not on the list of trusted commands, and there is no sandbox to run it in"`},
		{"no sandbox, asked", protocol.AskOnRequest, readOnly, true, plain, []protocol.ReviewDecision{protocol.ReviewApproved}, `
ask c1 ` + quoted(plain) + ` in $CWD:
begin c1 ` + quoted(plain) + ` in $CWD
end c1 0 "-\r\n" ""`, "Process exited with code 0\nOutput:\n-\r\n"},
		{"stopped by the sandbox", protocol.AskOnRequest, readOnly, false, denied, nil, `
begin c1 ` + quoted(denied) + ` in $CWD
end c1 1 "permission denied read-only\r\n" ""`,
			"Process exited with code 1\nOutput:\npermission denied read-only\r\n\n[the command seems to have been stopped by the sandbox (fake sandbox)]"},
		{"tried again outside", protocol.AskOnFailure, readOnly, false, denied, []protocol.ReviewDecision{protocol.ReviewApproved}, `
begin c1 ` + quoted(denied) + ` in $CWD
end c1 1 "permission denied read-only\r\n" ""
background: Execution failed in the sandbox with exit code 1
ask c1 ` + quoted(denied) + ` in $CWD: The command failed inside the sandbox. Retry it outside of the sandbox?
background: Retrying the command outside of the sandbox
begin c1 ` + quoted(denied) + ` in $CWD
end c1 0 "permission denied -\r\n" ""`, "Process exited with code 0\nOutput:\npermission denied -\r\n"},
		{"not tried again", protocol.AskOnFailure, readOnly, false, denied, []protocol.ReviewDecision{protocol.ReviewDenied}, `
begin c1 ` + quoted(denied) + ` in $CWD
end c1 1 "permission denied read-only\r\n" ""
background: Execution failed in the sandbox with exit code 1
ask c1 ` + quoted(denied) + ` in $CWD: The command failed inside the sandbox. Retry it outside of the sandbox?`, "the user rejected the command"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, c.policy, c.sandbox, func(o *tools.Options) {
				if c.none {
					o.Sandbox = nil
				}
			})
			s.answers = c.answers
			if diff := cmp.Diff(c.text, s.command(c.cmd)); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			s.expect(c.want)
		})
	}
	t.Run("abort", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, protocol.AskUntrusted, full, nil)
		s.answers = []protocol.ReviewDecision{protocol.ReviewAbort}
		_, err := s.tools.Call(t.Context(), s, &protocol.FunctionCallItem{Name: "exec_command", CallID: "c1", Arguments: `{"cmd":"x","shell":"sh"}`})
		if !errors.Is(err, approval.ErrAborted) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("approved for the conversation", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, protocol.AskUntrusted, full, nil)
		s.answers = []protocol.ReviewDecision{protocol.ReviewApprovedForSession}
		s.command("echo a")
		s.command("echo a") // nobody is asked
	})
	t.Run("trusted", func(t *testing.T) {
		t.Parallel()
		if _, err := os.Stat("/bin/bash"); err != nil {
			t.Skip(err)
		}
		s := newStage(t, protocol.AskUntrusted, readOnly, nil)
		text, _ := s.call("c1", "exec_command", args{"cmd": "echo a"})
		if text != "Process exited with code 0\nOutput:\na\r\n" {
			t.Errorf("text %q", text)
		}
	})
	t.Run("sandbox does not work", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, protocol.AskOnRequest, readOnly, nil)
		s.unconfinable = errors.New("no such policy here")
		if text := s.command("echo a"); text != "session 0 could not be started: no such policy here" {
			t.Errorf("text %q", text)
		}
		s.expect(`
begin c1 ["sh" "-c" "echo a"] in $CWD
end c1 -1 "" "no such policy here"`)
	})
	t.Run("patch", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, protocol.AskNever, full, nil)
		text := s.command("apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: a\n+b\n*** End Patch\nEOF\n")
		if !strings.Contains(text, "Success. Updated the following files:") {
			t.Errorf("text %q", text)
		}
		if b, err := os.ReadFile(filepath.Join(s.cwd, "a")); err != nil || string(b) != "b\n" {
			t.Errorf("file %q, %v", b, err)
		}
		s.expect("patch begin c1\npatch end c1 success=true")
	})
}

// What may be typed for a process that runs.
func TestInputDecisions(t *testing.T) {
	t.Parallel()
	const echo = "stty -echo; echo ready; while read x; do echo got $x; done"
	question := func(chars, cwd string) string {
		return fmt.Sprintf("ask c2 %q in %s: Input for the running command: sh -c '%s'", []string{"write_stdin", "0", chars}, cwd, echo)
	}
	yes, no := []protocol.ReviewDecision{protocol.ReviewApproved}, []protocol.ReviewDecision{protocol.ReviewDenied}
	for _, c := range []struct {
		name string
		// policies at the start, and then.
		policy, thenPolicy   protocol.AskForApproval
		sandbox, thenSandbox protocol.SandboxPolicy
		started              []protocol.ReviewDecision // answers at the start
		chars                string
		answers              []protocol.ReviewDecision
		asks                 bool
		refused              string
	}{
		{name: "confined", policy: protocol.AskOnRequest, sandbox: workspace, chars: "a\n"},
		{name: "confined under never", policy: protocol.AskNever, sandbox: readOnly, chars: "a\n"},
		{name: "full access", policy: protocol.AskNever, sandbox: full, chars: "a\n"},
		{name: "now wider", policy: protocol.AskNever, sandbox: readOnly, thenSandbox: workspace, chars: "a\n"},
		{name: "now full access", policy: protocol.AskNever, sandbox: readOnly, thenSandbox: full, chars: "a\n"},
		{name: "now narrower", policy: protocol.AskOnRequest, sandbox: workspace, thenSandbox: readOnly, chars: "a\n", answers: yes, asks: true},
		{name: "now without the network", policy: protocol.AskOnRequest,
			sandbox: &protocol.WorkspaceWritePolicy{NetworkAccess: true, ExcludeSlashTmp: true}, thenSandbox: workspace, chars: "a\n", answers: no, asks: true,
			refused: "the user rejected the input"},
		{name: "now other roots", policy: protocol.AskOnRequest,
			sandbox: &protocol.WorkspaceWritePolicy{WritableRoots: []string{"/elsewhere"}, ExcludeSlashTmp: true}, thenSandbox: workspace, chars: "a\n", answers: yes, asks: true},
		{name: "was full access", policy: protocol.AskOnRequest, sandbox: full, thenSandbox: readOnly, chars: "a\n", answers: no, asks: true,
			refused: "the user rejected the input"},
		{name: "was full access and nobody to ask", policy: protocol.AskNever, sandbox: full, thenSandbox: readOnly, chars: "a\n",
			refused: "the input was rejected: the process does not run in a sandbox that the approval settings of the user allow, or the input is dangerous"},
		{name: "was approved", policy: protocol.AskUntrusted, sandbox: readOnly, started: yes, chars: "a\n", answers: yes, asks: true},
		{name: "was approved, asked less now", policy: protocol.AskUntrusted, thenPolicy: protocol.AskOnFailure, sandbox: readOnly, started: yes, chars: "a\n", answers: yes, asks: true},
		{name: "was approved, nobody to ask", policy: protocol.AskUntrusted, thenPolicy: protocol.AskNever, sandbox: readOnly, started: yes, chars: "a\n",
			refused: "the input was rejected: the process does not run in a sandbox that the approval settings of the user allow, or the input is dangerous"},
		{name: "dangerous", policy: protocol.AskOnRequest, sandbox: readOnly, chars: "rm -rf x\n", answers: no, asks: true, refused: "the user rejected the input"},
		{name: "dangerous and nobody to ask", policy: protocol.AskNever, sandbox: full, chars: "rm -rf x\n",
			refused: "the input was rejected: the process does not run in a sandbox that the approval settings of the user allow, or the input is dangerous"},
		{name: "keys that end it", policy: protocol.AskUntrusted, sandbox: readOnly, started: yes, chars: "\x03\x04\x1c"},
		{name: "nothing", policy: protocol.AskUntrusted, sandbox: readOnly, started: yes, chars: ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, c.policy, c.sandbox, nil)
			s.answers = c.started
			s.start(echo)
			s.poll(0, "ready\r\n")
			s.mu.Lock()
			s.lines = nil
			s.answers = c.answers
			s.mu.Unlock()
			if c.thenPolicy != "" {
				s.policy = c.thenPolicy
			}
			if c.thenSandbox != nil {
				s.sandbox = c.thenSandbox
			}
			text, success := s.call("c2", "write_stdin", args{"session_id": 0, "chars": c.chars, "yield_time_ms": 0})
			if c.refused != "" && (text != c.refused || success) || c.refused == "" && !strings.HasPrefix(text, "Process ") {
				t.Errorf("success %v, text %q", success, text)
			}
			if c.refused == "" && strings.HasSuffix(c.chars, "\n") && !strings.Contains(text, "got") {
				s.poll(0, "got")
			}
			s.mu.Lock()
			asked := strings.Join(s.lines, "\n")
			s.mu.Unlock()
			want := ""
			if c.asks {
				want = question(c.chars, "$CWD")
			}
			if asked, _, _ = strings.Cut(asked, "end c1"); strings.TrimSpace(asked) != want {
				t.Errorf("asked %q, want %q", asked, want)
			}
		})
	}
	t.Run("approved for the conversation", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, protocol.AskOnRequest, full, nil)
		s.start(echo)
		s.sandbox = readOnly
		s.answers = []protocol.ReviewDecision{protocol.ReviewApprovedForSession}
		for range 2 {
			s.call("c2", "write_stdin", args{"session_id": 0, "chars": "a\n", "yield_time_ms": 0})
		}
		s.poll(0, "got a\r\n")
	})
}
