//go:build unix

package tools_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

// What the model reads of commands that end within their call, and of calls
// that make no sense.
func TestUnifiedExecText(t *testing.T) {
	t.Parallel()
	sh := func(script string) []string { return []string{"sh", "-c", script} }
	for _, c := range []struct {
		name    string
		args    args
		want    string
		success bool
	}{
		{"success", args{"input": sh("echo a; echo b >&2")}, `{"session_id":null,"output":"a\r\nb\r\n","exit_code":0}`, true},
		{"no shell", args{"input": []string{"echo", "$HOME", ""}}, `{"session_id":null,"output":"$HOME \r\n","exit_code":0}`, true},
		{"exit code", args{"input": sh("exit 3"), "session_id": nil}, `{"session_id":null,"output":"","exit_code":3}`, false},
		{"signal", args{"input": sh("kill -9 $$")}, `{"session_id":null,"output":"","exit_code":137}`, false},
		{"no escapes of HTML", args{"input": []string{"echo", "<&>"}}, `{"session_id":null,"output":"<&>\r\n","exit_code":0}`, true},
		{"too long", args{"input": []string{"echo", "a"}, "timeout_ms": 60_001},
			`{"session_id":null,"output":"Warning: a timeout of 60001 ms is too long, 60000 ms were used\na\r\n","exit_code":0}`, true},
		{"empty", args{"input": []string{}}, "the input is empty: without a session it must name a program", false},
		{"missing program", args{"input": []string{"nonexistent-program"}},
			`session 0 could not be started: start "nonexistent-program": program not found`, false},
		{"id is no number", args{"input": []string{}, "session_id": "zero"}, `"zero" is not the id of a session: those are decimal numbers`, false},
		{"negative id", args{"input": []string{}, "session_id": "-1"}, `"-1" is not the id of a session: those are decimal numbers`, false},
		{"unknown id", args{"input": []string{}, "session_id": "7"}, `there is no session "7": its end was reported, or it was never started`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, protocol.AskNever, full, nil)
			if c.args["timeout_ms"] == nil {
				c.args["timeout_ms"] = patience.Milliseconds()
			}
			began := time.Now()
			text, success := s.call("c1", "unified_exec", c.args)
			if diff := cmp.Diff(c.want, text); diff != "" || success != c.success {
				t.Errorf("success %v, text (-want +got):\n%s", success, diff)
			}
			if time.Since(began) > patience/2 {
				t.Errorf("it took %v", time.Since(began))
			}
		})
	}
}

// unified calls unified_exec and returns what its text holds.
func unified(s *stage, a args) (id *string, output string, code *int) {
	s.t.Helper()
	text, _ := s.call("c2", "unified_exec", a)
	var out struct {
		SessionID *string `json:"session_id"`
		Output    string  `json:"output"`
		ExitCode  *int    `json:"exit_code"`
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		s.t.Fatalf("%q: %v", text, err)
	}
	return out.SessionID, out.Output, out.ExitCode
}

func TestUnifiedExecSession(t *testing.T) {
	t.Parallel()
	s := newStage(t, protocol.AskNever, full, nil)
	id, all, code := unified(s, args{"input": []string{"sh", "-c", "stty -echo; echo ready; read x; echo got $x; head -c 300000 /dev/zero | tr '\\0' x; read y; exit 4"}, "timeout_ms": 0})
	if id == nil || *id != "0" || code != nil {
		t.Fatalf("id %v, code %v", id, code)
	}
	for deadline := time.Now().Add(patience); !strings.Contains(all, "ready") && time.Now().Before(deadline); {
		_, output, _ := unified(s, args{"input": []string{}, "session_id": "0", "timeout_ms": 5})
		all += output
	}
	// The pieces of the input are joined by blanks.
	id, output, code := unified(s, args{"input": []string{"a", "b\n"}, "session_id": "0", "timeout_ms": 0})
	if id == nil || *id != "0" || code != nil {
		t.Fatalf("id %v, output %q, code %v", id, output, code)
	}
	s.until("begin c2")
	id, rest, code := unified(s, args{"input": []string{"x\n"}, "session_id": "0", "timeout_ms": patience.Milliseconds()})
	output += rest
	if id != nil || code == nil || *code != 4 || !strings.HasPrefix(output, "got a b\r\n") {
		t.Errorf("id %v, output %.100q, code %v", id, output, code)
	}
	if len(rest) > 128<<10 || len(rest) > 100_000 && !strings.Contains(rest, " tokens truncated…\n") {
		t.Errorf("%d bytes of output", len(rest))
	}
	if text, _ := s.call("c2", "unified_exec", args{"input": []string{}, "session_id": "0"}); !strings.Contains(text, `no session "0"`) {
		t.Errorf("text %q", text)
	}
}

// A command of unified_exec goes through the decisions for commands.
func TestUnifiedExecDecisions(t *testing.T) {
	t.Parallel()
	s := newStage(t, protocol.AskUntrusted, readOnly, nil)
	s.answers = []protocol.ReviewDecision{protocol.ReviewDenied, protocol.ReviewApproved, protocol.ReviewDenied}
	if text, _ := s.call("c1", "unified_exec", args{"input": []string{"sh", "-c", "exit"}}); text != "the user rejected the command" {
		t.Errorf("text %q", text)
	}
	s.call("c2", "unified_exec", args{"input": []string{"sh", "-c", "exec cat"}, "timeout_ms": 0})
	if text, _ := s.call("c3", "unified_exec", args{"input": []string{"a"}, "session_id": "0"}); text != "the user rejected the input" {
		t.Errorf("text %q", text)
	}
	s.expect(`
ask c1 ["sh" "-c" "exit"] in $CWD:
ask c2 ["sh" "-c" "exec cat"] in $CWD:
begin c2 ["sh" "-c" "exec cat"] in $CWD
ask c3 ["unified_exec" "0" "a"] in $CWD: Input for the running command: sh -c 'exec cat'`)
	s.policy = protocol.AskNever
	s.sandbox = full
	if id, _, code := unified(s, args{"input": []string{"\x04"}, "session_id": "0", "timeout_ms": patience.Milliseconds()}); id != nil || code == nil || *code != 0 {
		t.Errorf("id %v, code %v", id, code)
	}
}
