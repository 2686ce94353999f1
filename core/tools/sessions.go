package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/sandbox"
	"github.com/codex-go/codex/core/shellcmd"
	"github.com/codex-go/codex/protocol"
)

// Terminals starts processes on terminals. A [Runner] that can do that makes
// exec_command and unified_exec possible. [*exec.Runner] is one, where the
// system has terminals.
type Terminals interface {
	StartTerminal(ctx context.Context, c exec.Command, o *exec.TerminalOptions) (*exec.Terminal, error)
}

// maxSessions bounds the sessions of each tool that the model has not seen the
// end of, and with them the memory for their output: each keeps at most twice
// [exec.DefaultTerminalLimit].
const maxSessions = 64

// session is a process on a terminal that may outlive the call that started it.
type session struct {
	id        uint32
	c         *command
	r         *running
	policy    protocol.SandboxPolicy // of the turn that started it
	cwd       string                 // that the policy refers to
	sandboxed bool                   // it runs under the policy
	terminal  *exec.Terminal
	ended     chan struct{} // closed when outcome is set and the end event was sent
	outcome   *outcome
}

// sessionTable is the sessions of one tool.
type sessionTable struct {
	// input is the name of the tool that types for a session.
	input  string
	ctx    context.Context // of the processes
	cancel context.CancelFunc
	alive  sync.WaitGroup // sessions whose end event was not sent

	mu     sync.Mutex
	next   uint32
	closed bool
	open   map[uint32]*session // nil for those that are being started
	order  []uint32            // the keys of open, oldest first
}

func newSessionTable(input string) *sessionTable {
	t := &sessionTable{input: input, open: map[uint32]*session{}}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	return t
}

// Reasons why there is no new session.
var (
	errConversationEnded = errors.New("the conversation has ended")
	errTooManySessions   = fmt.Errorf("%d sessions are running: end one first", maxSessions)
)

// reserve takes the next id. A session that has ended without anybody looking
// makes place when there are too many.
func (t *sessionTable) reserve() (uint32, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return 0, errConversationEnded
	}
	if len(t.order) >= maxSessions {
		i := slices.IndexFunc(t.order, func(id uint32) bool { return t.open[id].hasEnded() })
		if i < 0 {
			return 0, errTooManySessions
		}
		t.removeLocked(t.order[i])
	}
	id := t.next
	t.next++
	t.open[id] = nil
	t.order = append(t.order, id)
	t.alive.Add(1)
	return id, nil
}

// get returns a session, or nil.
func (t *sessionTable) get(id uint32) *session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.open[id]
}

// remove forgets a session.
func (t *sessionTable) remove(id uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.removeLocked(id)
}

func (t *sessionTable) removeLocked(id uint32) {
	delete(t.open, id)
	t.order = slices.DeleteFunc(t.order, func(other uint32) bool { return other == id })
}

// end begins to end all sessions.
func (t *sessionTable) end() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.cancel()
}

// wait waits, after end, until the end events of all sessions are sent, or ctx
// ends.
func (t *sessionTable) wait(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		t.alive.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// hasEnded reports whether the process has ended. A nil session has not.
func (ses *session) hasEnded() bool {
	if ses == nil {
		return false
	}
	select {
	case <-ses.ended:
		return true
	default:
		return false
	}
}

// open starts a process in a new session, with its begin event. The end event
// follows when the process ends, or at once if it cannot be started. Both, and
// the output between them, have the id of the call that started it, and belong
// to its turn even if that is over. The error names the id, which is used up in
// any case.
func (s *Set) open(h Host, c *command, r *running, t *sessionTable) (ses *session, err error) {
	id, err := t.reserve()
	if err != nil {
		return nil, err
	}
	ses = &session{
		id: id, c: c, r: r, sandboxed: r.sandboxed,
		policy: h.SandboxPolicy(), cwd: h.Cwd(),
		ended: make(chan struct{}),
	}
	h.Emit(c.callID, r.begin())
	failure := errNotRun
	defer func() {
		if ses == nil || ses.terminal == nil {
			ses = nil
			h.Emit(c.callID, r.end(newOutcome(nil, failure)))
			t.remove(id)
			t.alive.Done()
		}
	}()
	cmd := r.command
	if r.sandboxed {
		failure = s.o.Sandbox.Confine(&cmd, ses.policy, ses.cwd)
	} else {
		failure = nil
	}
	if failure == nil {
		ses.terminal, failure = s.terminals.StartTerminal(t.ctx, cmd, &exec.TerminalOptions{
			OnOutput: s.outputOptions(h, c, r).OnOutput,
		})
	}
	if failure != nil {
		return nil, fmt.Errorf("session %d could not be started: %w", id, failure)
	}
	t.mu.Lock()
	t.open[id] = ses
	t.mu.Unlock()
	go func() {
		defer t.alive.Done()
		ses.outcome = newOutcome(ses.terminal.Result())
		if result, _ := ses.terminal.Result(); result != nil {
			ses.outcome.denied = looksDenied(result, !protocol.FullNetwork(ses.policy))
		}
		h.Emit(c.callID, r.end(ses.outcome))
		close(ses.ended)
	}()
	return ses, nil
}

// look is what one call sees of a session.
type look struct {
	session *session
	output  exec.Output   // since the last look
	outcome *outcome      // nil while the process runs
	wall    time.Duration // that the call took
	// warnings are what else the model should know, a line each.
	warnings []string
	// denied says that the sandbox seems to have stopped the process; sandbox
	// names its kind.
	denied  bool
	sandbox string
}

// look waits, as long as given, for the end of a session, and takes its output.
// A session that has ended is forgotten.
func (s *Set) look(ctx context.Context, t *sessionTable, ses *session, wait time.Duration) *look {
	l := &look{session: ses}
	var ended bool
	if l.output, ended = ses.terminal.Collect(ctx, wait); ended {
		<-ses.ended
		l.outcome = ses.outcome
		t.remove(ses.id)
		l.denied = ses.sandboxed && !ses.r.final && l.outcome.denied
		l.sandbox = s.sandboxKind()
	}
	return l
}

// sessionCall carries out a call of a tool that works with sessions.
func (s *Set) sessionCall(ctx context.Context, h Host, call *protocol.FunctionCallItem) (Result, error) {
	switch call.Name {
	case execCommandName:
		return s.execCommand(ctx, h, call)
	case writeStdinName:
		return s.writeStdin(ctx, h, call)
	}
	return s.unifiedExec(ctx, h, call)
}

// startSession carries out the start of a session as the policies allow, and
// returns what is seen of it within a time. present makes the text of it.
func (s *Set) startSession(ctx context.Context, h Host, c *command, t *sessionTable, wait time.Duration, present func(*look) Result) (Result, error) {
	return s.permitted(ctx, h, c, func(r *running) (Result, error) {
		l, err := s.firstLook(ctx, h, c, r, t, wait)
		if err != nil {
			return sessionFailed(ctx, err)
		}
		if l.outcome != nil && s.mayRetry(h, r, l.outcome) {
			if ok, err := s.askRetry(ctx, h, c, l.outcome); !ok {
				return Result{Text: rejectedByUser}, err
			}
			r.sandboxed = false
			if l, err = s.firstLook(ctx, h, c, r, t, wait); err != nil {
				return sessionFailed(ctx, err)
			}
		}
		return present(l), nil
	})
}

// sessionFailed tells the model of a session that there is not, unless the turn
// is over.
func sessionFailed(ctx context.Context, err error) (Result, error) {
	if ctx.Err() != nil {
		return Result{}, ctx.Err()
	}
	return failed("%v", err), nil
}

// firstLook starts a session and looks at it. When the turn ends meanwhile, so
// does the process: the model does not learn its id.
func (s *Set) firstLook(ctx context.Context, h Host, c *command, r *running, t *sessionTable, wait time.Duration) (*look, error) {
	began := time.Now()
	ses, err := s.open(h, c, r, t)
	if err != nil {
		return nil, err
	}
	l := s.look(ctx, t, ses, wait)
	if err := ctx.Err(); err != nil {
		ses.terminal.Close()
		<-ses.ended
		t.remove(ses.id)
		return nil, err
	}
	if l.outcome != nil && l.outcome.notStarted != nil {
		return nil, fmt.Errorf("session %d could not be started: %w", ses.id, l.outcome.notStarted)
	}
	l.wall = time.Since(began)
	return l, nil
}

// minWriteTime is how long input may take at least, however short a call wants
// to wait.
const minWriteTime = 250 * time.Millisecond

// typeInto types for a session as the policies allow, and returns what is seen
// of it within a time.
func (s *Set) typeInto(ctx context.Context, h Host, callID string, t *sessionTable, ses *session, chars string, wait time.Duration, present func(*look) Result) (Result, error) {
	var warnings []string
	if chars != "" && !ses.hasEnded() {
		if refusal, err := s.permitInput(ctx, h, callID, t, ses, chars); err != nil || refusal != "" {
			return Result{Text: refusal}, err
		}
	}
	began := time.Now()
	if chars != "" {
		limited, cancel := context.WithTimeout(ctx, max(wait, minWriteTime))
		n, err := ses.terminal.Write(limited, []byte(chars))
		cancel()
		switch {
		case ctx.Err() != nil:
			return Result{}, ctx.Err()
		case errors.Is(err, exec.ErrEnded):
			warnings = append(warnings, "Warning: the input is closed, the process has ended")
		case errors.Is(err, context.DeadlineExceeded):
			warnings = append(warnings, fmt.Sprintf("Warning: the process does not read, only %d of %d bytes of the input were written", n, len(chars)))
		case err != nil:
			warnings = append(warnings, fmt.Sprintf("Warning: only %d of %d bytes of the input were written: %v", n, len(chars), err))
		}
	}
	l := s.look(ctx, t, ses, wait-time.Since(began))
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	l.wall, l.warnings = time.Since(began), warnings
	result := present(l)
	result.Success = result.Success && warnings == nil
	return result, nil
}

// permitInput decides whether something may be typed for a session, and asks
// who must be asked. What is typed for a process can be anything that a command
// is, and is judged like one: it needs no question where the process is confined
// at least as the turn wants it, and nothing dangerous is typed. Keys that end a
// process need none either. The refusal is for the model, or "".
func (s *Set) permitInput(ctx context.Context, h Host, callID string, t *sessionTable, ses *session, chars string) (refusal string, err error) {
	if endsProcess(chars) {
		return "", nil
	}
	c := &command{callID: callID, argv: []string{t.input, strconv.FormatUint(uint64(ses.id), 10), chars}, dir: ses.c.dir}
	facts := approval.CommandFacts{
		Policy:           h.ApprovalPolicy(),
		Sandbox:          h.SandboxPolicy(),
		Granted:          h.Granted().Has(c.argv, c.dir, false),
		SandboxAvailable: s.confinedEnough(h, ses),
	}
	_, facts.Dangerous = shellcmd.Dangerous([]string{"bash", "-c", chars})
	switch verdict := approval.Command(facts); verdict.Action {
	case approval.Reject:
		return "the input was rejected: the process does not run in a sandbox that the approval settings of the user allow, or the input is dangerous", nil
	case approval.Ask:
		running, err := shellcmd.Join(ses.c.argv)
		if err != nil {
			running = ses.c.argv[0]
		}
		d, err := s.ask(ctx, h, c, "Input for the running command: "+running)
		if err != nil || !approved(d) {
			return "the user rejected the input", err
		}
	}
	return "", nil
}

// endsProcess reports whether input is nothing but keys that interrupt a process
// or end its input: Ctrl-C, Ctrl-D and Ctrl-\.
func endsProcess(chars string) bool {
	for _, c := range []byte(chars) {
		if c != '\x03' && c != '\x04' && c != '\x1c' {
			return false
		}
	}
	return true
}

// confinedEnough reports whether a session is confined, and may do nothing that
// the policy of the turn forbids.
func (s *Set) confinedEnough(h Host, ses *session) bool {
	policy := h.SandboxPolicy()
	if !ses.sandboxed || protocol.FullNetwork(ses.policy) && !protocol.FullNetwork(policy) {
		return false
	}
	allowed := s.roots(policy, h.Cwd())
	return !slices.ContainsFunc(s.roots(ses.policy, ses.cwd), func(root sandbox.Root) bool {
		return !slices.ContainsFunc(allowed, func(a sandbox.Root) bool { return a.Path == root.Path })
	})
}
