//go:build unix

package tools_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// What the model reads of a command that ends within its call.
func TestExecCommandText(t *testing.T) {
	t.Parallel()
	lines := func(from, to int) string {
		var b strings.Builder
		for i := from; i <= to; i++ {
			fmt.Fprintf(&b, "%04d\r\n", i)
		}
		return b.String()
	}
	for _, c := range []struct {
		name    string
		args    args
		want    string
		success bool
	}{
		{"success", args{"cmd": "echo a; echo b >&2"}, "Process exited with code 0\nOutput:\na\r\nb\r\n", true},
		{"no output", args{"cmd": "true"}, "Process exited with code 0\nOutput:\n", true},
		{"exit code", args{"cmd": "echo a; exit 3"}, "Process exited with code 3\nOutput:\na\r\n", false},
		{"signal", args{"cmd": "echo a; kill -9 $$"}, "Process exited with code 137\nOutput:\na\r\n", false},
		{"shell", args{"cmd": "echo $0", "shell": "/bin/sh"}, "Process exited with code 0\nOutput:\n/bin/sh\r\n", true},
		{"no such shell", args{"cmd": "a", "shell": "/nonexistent/sh"},
			`session 0 could not be started: start "/nonexistent/sh": program not found: stat /nonexistent/sh: no such file or directory`, false},
		{"NUL", args{"cmd": "a\x00b"}, `session 0 could not be started: start "sh": argument contains a NUL byte`, false},
		{"fits", args{"cmd": "seq -f %04.0f 1 10", "max_output_tokens": 15}, "Process exited with code 0\nOutput:\n" + lines(1, 10), true},
		{"truncated", args{"cmd": "seq -f %04.0f 1 1000", "max_output_tokens": 25},
			"Process exited with code 0\nWarning: truncated output (original token count: 1500)\nOutput:\n" +
				lines(1, 6) + "…1484 tokens truncated…\n" + lines(996, 1000), true},
		{"no tokens", args{"cmd": "seq -f %04.0f 1 1000", "max_output_tokens": 0},
			"Process exited with code 0\nWarning: truncated output (original token count: 1500)\nOutput:\n…1500 tokens truncated…\n", true},
		{"null is nothing", args{"cmd": "echo a", "max_output_tokens": nil, "unknown": 1}, "Process exited with code 0\nOutput:\na\r\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, protocol.AskNever, full, nil)
			if c.args["shell"] == nil {
				c.args["shell"], c.args["login"] = "sh", false
			}
			c.args["yield_time_ms"] = patience.Milliseconds()
			text, success := s.call("c1", "exec_command", c.args)
			if diff := cmp.Diff(c.want, text); diff != "" || success != c.success {
				t.Errorf("success %v, text (-want +got):\n%s", success, diff)
			}
		})
	}
}

// Every call waits as long as nothing is said; the default shell is bash and
// reads its start-up files.
func TestExecCommandDefaults(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/bin/bash"); err != nil {
		t.Skip(err)
	}
	s := newStage(t, protocol.AskNever, full, nil)
	for _, c := range []struct {
		cmd, want string
		args      args
	}{
		{"shopt -q login_shell && echo login", "login", args{}},
		{"shopt -q login_shell || echo none", "none", args{"login": false}},
	} {
		c.args["cmd"] = c.cmd
		// Start-up files of the machine may print something of their own.
		if text, success := s.call("c1", "exec_command", c.args); !success || !strings.HasPrefix(text, "Process exited with code 0\n") || !strings.HasSuffix(text, c.want+"\r\n") {
			t.Errorf("text %q", text)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if want := `begin c1 ["/bin/bash" "-lc" "shopt -q login_shell && echo login"] in $CWD`; s.lines[0] != want {
		t.Errorf("begin event %q", s.lines[0])
	}
}

// A command that outlives its call is typed for and looked at, and its end is
// reported once. Its events have the id of the call that started it.
func TestExecSession(t *testing.T) {
	t.Parallel()
	s := newStage(t, protocol.AskNever, full, nil)
	s.start("stty -echo; echo ready; read x; echo got $x; read y; echo and $y; exit 4")
	s.poll(0, "ready\r\n")
	if text, success := s.call("c2", "write_stdin", args{"session_id": 0, "chars": "one\n", "yield_time_ms": 1}); !success ||
		!strings.HasPrefix(text, "Process running with session ID 0\nOutput:\n") {
		t.Errorf("text %q", text)
	}
	s.mu.Lock()
	running := len(s.lines)
	s.mu.Unlock()
	if running != 1 {
		t.Errorf("%d lines while it runs", running)
	}
	text, success := s.call("c3", "write_stdin", args{"session_id": 0, "chars": "two\n", "yield_time_ms": patience.Milliseconds()})
	head, output, _ := strings.Cut(text, "Output:\n")
	if success || head != "Process exited with code 4\n" || !strings.HasSuffix(output, "and two\r\n") {
		t.Errorf("success %v, text %q", success, text)
	}
	if text, success := s.call("c4", "write_stdin", args{"session_id": 0, "chars": ""}); success || !strings.Contains(text, "no session 0") {
		t.Errorf("after the end: %q", text)
	}
	s.expect(`
begin c1 ["sh" "-c" "stty -echo; echo ready; read x; echo got $x; read y; echo and $y; exit 4"] in $CWD
end c1 4 "ready\r\ngot one\r\nand two\r\n" ""`)
}

// What comes between calls is kept, and the end is reported to who looks next,
// whatever is typed.
func TestExecSessionBetweenCalls(t *testing.T) {
	t.Parallel()
	s := newStage(t, protocol.AskNever, full, nil)
	// It waits until the call that starts it is over: that would see what comes
	// before.
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	s.start("read x <" + fifo + "; echo a; exit 5")
	if err := os.WriteFile(fifo, []byte("go\n"), 0); err != nil {
		t.Fatal(err)
	}
	s.until("end c1 5")
	if diff := cmp.Diff("Process exited with code 5\nWarning: the input is closed, the process has ended\nOutput:\na\r\n", s.write(0, "late\n")); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

// Ids are counted for each conversation, and failed starts count.
func TestSessionIDs(t *testing.T) {
	t.Parallel()
	s := newStage(t, protocol.AskNever, full, nil)
	if text := s.start("exec sed -u s/a/b/"); !strings.Contains(text, "session ID 0\n") {
		t.Errorf("text %q", text)
	}
	// When sed answers, it is there: a shell would forget Ctrl-C while it
	// becomes something else.
	if text, _ := s.call("c2", "write_stdin", args{"session_id": 0, "chars": "a\n", "yield_time_ms": 0}); !strings.Contains(text, "b\r\n") {
		s.poll(0, "b\r\n")
	}
	if text, _ := s.call("failed", "exec_command", args{"cmd": "a", "shell": "/nonexistent/sh"}); !strings.HasPrefix(text, "session 1 could not be started: ") {
		t.Errorf("text %q", text)
	}
	if text := s.start("sleep 60"); !strings.Contains(text, "session ID 2\n") {
		t.Errorf("text %q", text)
	}
	for _, id := range []any{1, 3, uint32(4294967295)} {
		if text, success := s.call("c1", "write_stdin", args{"session_id": id, "chars": ""}); success || !strings.Contains(text, fmt.Sprintf("no session %v:", id)) {
			t.Errorf("text %q", text)
		}
	}
	if text, success := s.call("c1", "unified_exec", args{"input": []string{}, "session_id": "0"}); success || !strings.Contains(text, `no session "0"`) {
		t.Errorf("the sessions of unified_exec are others: %q", text)
	}
	if text := s.write(0, "\x03"); text != "Process exited with code 130\nOutput:\n^C" {
		t.Errorf("text %q", text)
	}
}

// A call that waits ends with the process, and does not wait for what is left
// of its time.
func TestSessionEndsTheWait(t *testing.T) {
	t.Parallel()
	s := newStage(t, protocol.AskNever, full, nil)
	s.start("read x; exit 0")
	began := time.Now()
	if text := s.write(0, "go\n"); !strings.HasPrefix(text, "Process exited with code 0\n") || time.Since(began) > patience/2 {
		t.Errorf("text %q after %v", text, time.Since(began))
	}
}

// A process that does not read gets what fits into its terminal.
func TestSessionBackPressure(t *testing.T) {
	t.Parallel()
	s := newStage(t, protocol.AskNever, full, nil)
	s.start("stty raw -echo; echo ready; exec sleep 60")
	s.poll(0, "ready")
	text, success := s.call("c2", "write_stdin", args{"session_id": 0, "chars": strings.Repeat("x", 1<<20), "yield_time_ms": 0})
	if success || !strings.Contains(text, "\nWarning: the process does not read, only ") || !strings.Contains(text, "of 1048576 bytes") {
		t.Errorf("success %v, text %q", success, text)
	}
}

// The end of a turn ends the process that its call starts, and no other.
func TestSessionAbort(t *testing.T) {
	t.Parallel()
	s := newStage(t, protocol.AskNever, full, nil)
	s.start("echo other; exec sleep 60")
	s.poll(0, "other")
	call := func(name, arguments string) error {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if name == "exec_command" {
			go func() {
				s.until("begin aborted")
				cancel()
			}()
		} else {
			cancel()
		}
		_, err := s.tools.Call(ctx, s, &protocol.FunctionCallItem{Name: name, CallID: "aborted", Arguments: arguments})
		return err
	}
	if err := call("exec_command", `{"cmd":"sleep 60; true","shell":"sh","yield_time_ms":30000}`); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	s.until("end aborted") // before the call returned, or this would wait
	if err := call("write_stdin", `{"session_id":0,"chars":"x","yield_time_ms":30000}`); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if text, _ := s.call("c", "write_stdin", args{"session_id": 0, "chars": ""}); !strings.HasPrefix(text, "Process running with session ID 0\n") {
		t.Errorf("the other session: %q", text)
	}
	if text, _ := s.call("c", "write_stdin", args{"session_id": 1, "chars": ""}); !strings.Contains(text, "no session 1") {
		t.Errorf("the aborted session: %q", text)
	}
}

// The end of the conversation ends all sessions, also those whose followers do
// not read, and sends their last events.
func TestSessionsAreClosed(t *testing.T) {
	t.Parallel()
	s := newStage(t, protocol.AskNever, full, nil)
	s.start("trap '' HUP TERM; echo $$; while :; do sleep 1; done")
	s.poll(0, "\r\n")
	s.tools.Close(context.Background())
	s.mu.Lock()
	last := s.lines[len(s.lines)-1]
	s.lines = nil
	s.mu.Unlock()
	if !strings.HasPrefix(last, "end c1 137 ") {
		t.Errorf("last line %q", last)
	}
	if text, success := s.call("c2", "exec_command", args{"cmd": "true"}); success || text != "the conversation has ended" {
		t.Errorf("text %q", text)
	}
	s.tools.Close(context.Background())
}

// A follower that does not read holds the process up, not the calls and not
// the end.
func TestSessionFollowerDoesNotRead(t *testing.T) {
	t.Parallel()
	s := newStage(t, protocol.AskNever, full, nil)
	s.room = make(chan struct{})
	s.start("echo a; yes")
	s.poll(0, "a\r\n")
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.tools.Close(context.Background())
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Error("Close waits for the follower")
	}
}

func TestTooManySessions(t *testing.T) {
	t.Parallel()
	const most = 64
	s := newStage(t, protocol.AskNever, full, nil)
	for range most - 1 {
		s.start("exec sleep 60")
	}
	if text, success := s.call("last", "exec_command", args{"cmd": "read x", "shell": "sh", "yield_time_ms": 0}); !success {
		t.Fatalf("text %q", text)
	}
	if text, success := s.call("more", "exec_command", args{"cmd": "true", "shell": "sh"}); success || !strings.Contains(text, "64 sessions are running") {
		t.Errorf("text %q", text)
	}
	if text, _ := s.call("c", "write_stdin", args{"session_id": most - 1, "chars": "x\n", "yield_time_ms": 0}); !strings.HasPrefix(text, "Process") {
		t.Errorf("text %q", text)
	}
	s.until("end last 0") // nobody has seen it, unless the call before did
	if text := s.command("echo a"); text != "Process exited with code 0\nOutput:\na\r\n" {
		t.Errorf("text %q", text)
	}
}

// Environment, working directory and sandbox are those of the shell tool.
func TestSessionSurroundings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		sandbox protocol.SandboxPolicy
		want    string
	}{
		{"full access", full, "- - - env\r\n"},
		{"read-only", readOnly, "read-only 1 - env\r\n"},
		{"workspace", workspace, "workspace-write 1 - env\r\n"},
		{"workspace with network", &protocol.WorkspaceWritePolicy{NetworkAccess: true}, "workspace-write - - env\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, protocol.AskOnRequest, c.sandbox, func(o *tools.Options) {
				o.Environ = append(o.Environ, "FROM=env")
			})
			text := s.command("echo ${CONFINED:--} ${CODEX_SANDBOX_NETWORK_DISABLED:--} ${USER:--} $FROM; pwd -P")
			if diff := cmp.Diff("Process exited with code 0\nOutput:\n"+c.want+s.cwd+"\r\n", text); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

// A helper of the sandbox that fails after its start is a failed start.
func TestSessionHelperFails(t *testing.T) {
	t.Parallel()
	s := newStage(t, protocol.AskNever, full, func(o *tools.Options) { o.Runner = failingHelper{exec.NewRunner(nil), t} })
	if text := s.command("true"); text != `session 0 could not be started: start "sh": no policy can be set up` {
		t.Errorf("text %q", text)
	}
	s.expect(`
begin c1 ["sh" "-c" "true"] in $CWD
end c1 126 "" "start \"sh\": no policy can be set up"`)
}

type failingHelper struct {
	*exec.Runner
	t *testing.T
}

func (r failingHelper) StartTerminal(ctx context.Context, c exec.Command, o *exec.TerminalOptions) (*exec.Terminal, error) {
	r.t.Cleanup(func() { _ = r.Close() })
	c.Report = func([]byte) error { return errors.New("no policy can be set up") }
	return r.Runner.StartTerminal(ctx, c, o)
}

func TestBadSessionArguments(t *testing.T) {
	t.Parallel()
	s := newStage(t, protocol.AskUntrusted, full, nil)
	for _, c := range []struct{ name, arguments, contains string }{
		{"exec_command", `{}`, "cmd"},
		{"exec_command", `{"cmd":["ls"]}`, "cmd"},
		{"exec_command", `{"cmd":"ls","yield_time_ms":-1}`, "yield_time_ms"},
		{"exec_command", `{"cmd":"ls","yield_time_ms":1.5}`, "yield_time_ms"},
		{"exec_command", `{"cmd":"ls","max_output_tokens":"many"}`, "max_output_tokens"},
		{"exec_command", `{"cmd":"ls","login":"no"}`, "login"},
		{"exec_command", `{"cmd":"ls","shell":1}`, "shell"},
		{"write_stdin", `{"chars":""}`, "session_id"},
		{"write_stdin", `{"session_id":0}`, "chars"},
		{"write_stdin", `{"session_id":"0","chars":""}`, "session_id"},
		{"write_stdin", `{"session_id":-1,"chars":""}`, "session_id"},
		{"write_stdin", `{"session_id":4294967296,"chars":""}`, "session_id"},
		{"unified_exec", `{}`, "input"},
		{"unified_exec", `{"input":"ls"}`, "input"},
		{"unified_exec", `{"input":[],"session_id":0}`, "session_id"},
		{"unified_exec", `{"input":["ls"],"timeout_ms":"1"}`, "timeout_ms"},
	} {
		t.Run(c.name+c.arguments, func(t *testing.T) {
			t.Parallel()
			if text, success := s.call("c1", c.name, c.arguments); success || !strings.HasPrefix(text, "failed to parse function arguments: ") || !strings.Contains(text, c.contains) {
				t.Errorf("text %q", text)
			}
		})
	}
}

// BenchmarkSession measures how fast output comes through a session to the
// followers and the model.
func BenchmarkSession(b *testing.B) {
	const size = 8 << 20
	s := &quietStage{newStage(b, protocol.AskNever, full, nil)}
	arguments := fmt.Sprintf(`{"cmd":"head -c %d /dev/zero","shell":"sh","login":false,"yield_time_ms":60000}`, size)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		result, err := s.tools.Call(b.Context(), s, &protocol.FunctionCallItem{Name: "exec_command", CallID: "c", Arguments: arguments})
		if err != nil || !result.Success {
			b.Fatal(result, err)
		}
	}
	runtime.KeepAlive(s)
}

// quietStage writes nothing down.
type quietStage struct{ *stage }

func (quietStage) Emit(string, protocol.EventMsg) {}
