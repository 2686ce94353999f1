//go:build unix

package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/core/turndiff"
	"github.com/codex-go/codex/protocol"
)

// patience bounds the waits of the tests, which end as soon as what they wait
// for is there.
const patience = 30 * time.Second

// stage is a turn whose processes are real. It writes down questions and events
// and is the sandbox, which confines by a variable in the environment.
type stage struct {
	t       testing.TB
	cwd     string
	policy  protocol.AskForApproval
	sandbox protocol.SandboxPolicy
	granted approval.Granted
	diff    *turndiff.Tracker
	tools   *tools.Set
	// unconfinable is the error of the sandbox.
	unconfinable error

	mu      sync.Mutex
	answers []protocol.ReviewDecision
	lines   []string
	deltas  map[string]string // by call
	dropped bool              // the end of a session has cut its deltas off
	changed chan struct{}     // gets a token when something was written down
	room    chan struct{}     // Room waits until it is closed, unless nil
}

// newStage returns a stage whose tools are made of the options as change
// leaves them; nil changes nothing.
func newStage(t testing.TB, policy protocol.AskForApproval, sandbox protocol.SandboxPolicy, change func(*tools.Options)) *stage {
	t.Helper()
	cwd, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	runner := exec.NewRunner(&exec.RunnerOptions{TermGrace: 100 * time.Millisecond})
	s := &stage{t: t, cwd: cwd, policy: policy, sandbox: sandbox, diff: turndiff.New(), deltas: map[string]string{}, changed: make(chan struct{}, 1)}
	o := tools.Options{
		Runner: runner, Sandbox: s, Executable: "/codex",
		Environ: []string{"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LANG=C.UTF-8"},
	}
	if change != nil {
		change(&o)
	}
	s.tools = tools.NewSet(o)
	t.Cleanup(func() {
		s.tools.Close(context.Background())
		if err := runner.Close(); err != nil {
			t.Errorf("close runner: %v", err)
		}
	})
	return s
}

func (s *stage) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, strings.TrimSpace(strings.ReplaceAll(fmt.Sprintf(format, args...), s.cwd, "$CWD")))
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// until waits for a line that contains text.
func (s *stage) until(text string) {
	s.t.Helper()
	timeout := time.After(patience)
	for {
		s.mu.Lock()
		all := strings.Join(s.lines, "\n")
		s.mu.Unlock()
		if strings.Contains(all, text) {
			return
		}
		select {
		case <-s.changed:
		case <-timeout:
			s.t.Fatalf("no line with %q in:\n%s", text, all)
		}
	}
}

// expect compares what was written down so far, and forgets it.
func (s *stage) expect(want string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if diff := cmp.Diff(strings.TrimSpace(want), strings.Join(s.lines, "\n")); diff != "" {
		s.t.Errorf("transcript (-want +got):\n%s", diff)
	}
	if len(s.answers) > 0 {
		s.t.Errorf("answers that nobody wanted: %v", s.answers)
	}
	s.lines = nil
}

func (s *stage) Cwd() string                             { return s.cwd }
func (s *stage) ApprovalPolicy() protocol.AskForApproval { return s.policy }
func (s *stage) SandboxPolicy() protocol.SandboxPolicy   { return s.sandbox }
func (s *stage) Granted() *approval.Granted              { return &s.granted }
func (s *stage) Diff() *turndiff.Tracker                 { return s.diff }
func (s *stage) Attach([]protocol.InputItem)             {}
func (s *stage) Warn(err error, msg string)              { s.t.Errorf("%s: %v", msg, err) }
func (s *stage) ShowDiff()                               {}

func (s *stage) Room(ctx context.Context) error {
	if s.room == nil {
		if ctx.Err() != nil {
			s.mu.Lock()
			s.dropped = true
			s.mu.Unlock()
		}
		return ctx.Err()
	}
	select {
	case <-s.room:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *stage) Emit(callID string, msg protocol.EventMsg) {
	switch m := msg.(type) {
	case *protocol.ExecCommandBeginEvent:
		s.note("begin %s %q in %s", m.CallID, m.Command, m.Cwd)
	case *protocol.ExecCommandOutputDeltaEvent:
		if m.CallID != callID || m.Stream != protocol.StreamStdout {
			s.t.Errorf("delta of %s in %s, %s", m.CallID, callID, m.Stream)
		}
		s.mu.Lock()
		s.deltas[callID] += string(m.Chunk)
		s.mu.Unlock()
	case *protocol.ExecCommandEndEvent:
		s.mu.Lock()
		deltas := s.deltas[callID]
		delete(s.deltas, callID)
		dropped := s.dropped
		s.mu.Unlock()
		if (m.Stderr == "") != (m.Duration != protocol.Duration{}) || m.AggregatedOutput != m.Stdout+m.Stderr {
			s.t.Errorf("end event %+v", m)
		}
		if m.Stdout != deltas && s.room == nil && !(dropped && strings.HasPrefix(m.Stdout, deltas)) {
			s.t.Errorf("the deltas are %.100q, the output is %.100q", deltas, m.Stdout)
		}
		s.note("end %s %d %q %q", m.CallID, m.ExitCode, m.Stdout, m.Stderr)
	case *protocol.PatchApplyBeginEvent:
		s.note("patch begin %s", callID)
	case *protocol.PatchApplyEndEvent:
		s.note("patch end %s success=%v", callID, m.Success)
	case *protocol.BackgroundEvent:
		s.note("background: %s", m.Message)
	default:
		s.t.Errorf("unexpected %T", msg)
	}
}

func (s *stage) Ask(ctx context.Context, callID string, question protocol.EventMsg) (protocol.ReviewDecision, error) {
	q, ok := question.(*protocol.ExecApprovalRequestEvent)
	if !ok {
		s.t.Errorf("unexpected %T", question)
		return protocol.ReviewDenied, nil
	}
	s.note("ask %s %q in %s: %s", callID, q.Command, q.Cwd, q.Reason)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.answers) == 0 {
		s.t.Error("nobody expected a question")
		return protocol.ReviewDenied, nil
	}
	d := s.answers[0]
	s.answers = s.answers[1:]
	if d == protocol.ReviewAbort {
		return d, approval.ErrAborted
	}
	return d, ctx.Err()
}

func (s *stage) Kind() string { return "fake sandbox" }

func (*stage) Obstacle() error { return nil }

func (s *stage) Confine(c *exec.Command, policy protocol.SandboxPolicy, cwd string) error {
	if s.unconfinable != nil {
		return s.unconfinable
	}
	c.Env = append(c.Env[:len(c.Env):len(c.Env)], "CONFINED="+string(policy.Mode()))
	if cwd != s.cwd {
		s.t.Errorf("confined with cwd %s", cwd)
	}
	return nil
}

var wallTime = regexp.MustCompile(`^Wall time: \d+\.\d{3} seconds\n`)

// call carries out a call and returns its text, with the wall time left out.
func (s *stage) call(callID, name string, arguments any) (text string, success bool) {
	s.t.Helper()
	raw, ok := arguments.(string)
	if !ok {
		b, err := json.Marshal(arguments)
		if err != nil {
			s.t.Fatal(err)
		}
		raw = string(b)
	}
	result, err := s.tools.Call(context.Background(), s, &protocol.FunctionCallItem{Name: name, CallID: callID, Arguments: raw})
	if err != nil {
		s.t.Fatalf("%s: %v", name, err)
	}
	return wallTime.ReplaceAllString(result.Text, ""), result.Success
}

// args are arguments of a call.
type args map[string]any

// command runs exec_command until the command has ended.
func (s *stage) command(cmd string) string {
	s.t.Helper()
	text, _ := s.call("c1", "exec_command", args{"cmd": cmd, "login": false, "shell": "sh", "yield_time_ms": patience.Milliseconds()})
	return text
}

// start starts a command that goes on running and returns the text.
func (s *stage) start(cmd string) string {
	s.t.Helper()
	text, success := s.call("c1", "exec_command", args{"cmd": cmd, "login": false, "shell": "sh", "yield_time_ms": 0})
	if !success || !strings.HasPrefix(text, "Process running with session ID ") {
		s.t.Fatalf("did not start: %q", text)
	}
	return text
}

// poll looks at a session until its output, over all looks, contains text, and
// returns all of it and the last look.
func (s *stage) poll(id int, text string) (all, last string) {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		last, _ = s.call("poll", "write_stdin", args{"session_id": id, "chars": "", "yield_time_ms": 5})
		_, output, ok := strings.Cut(last, "Output:\n")
		if !ok {
			s.t.Fatalf("poll: %q", last)
		}
		if all += output; strings.Contains(all, text) {
			return all, last
		}
		if strings.HasPrefix(last, "Process exited") {
			break
		}
	}
	s.t.Fatalf("%q did not come, but %q; last look %q", text, all, last)
	return "", ""
}

// write types for a session and looks at it until its end.
func (s *stage) write(id int, chars string) string {
	s.t.Helper()
	text, _ := s.call("c2", "write_stdin", args{"session_id": id, "chars": chars, "yield_time_ms": patience.Milliseconds()})
	return text
}
