package session_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/core/models"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/session"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// conversationID is that of every conversation in these tests.
const conversationID = protocol.ConversationID("0199a213-81c0-7800-8aa1-bbab2a035a53")

// step is one thing that a scripted model does: say something, wait, fail.
type step func(ctx context.Context) (*modelclient.Event, error)

// script is a model that answers as it is told to.
type script struct {
	mu       sync.Mutex
	replies  [][]step
	handler  func(r *modelclient.Request) []step // answers what is beyond the replies
	requests []*modelclient.Request
	open     int // streams that were not closed
	taken    int // steps that were taken
}

func (s *script) add(steps ...step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replies = append(s.replies, steps)
}

func (s *script) seen() []*modelclient.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Stream answers a request with the next reply.
func (s *script) Stream(ctx context.Context, r *modelclient.Request) (session.Stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	copied := *r
	s.requests = append(s.requests, &copied)
	var steps []step
	switch {
	case len(s.replies) > 0:
		steps, s.replies = s.replies[0], s.replies[1:]
	case s.handler != nil:
		steps = s.handler(r)
	default:
		return nil, &modelclient.StatusError{Status: 400, Body: "the script is at its end"}
	}
	s.open++
	return &scriptStream{script: s, ctx: ctx, steps: steps}, nil
}

type scriptStream struct {
	script *script
	ctx    context.Context
	steps  []step
	closed bool
}

func (s *scriptStream) Next(ctx context.Context) (modelclient.Event, error) {
	for {
		if err := ctx.Err(); err != nil {
			return modelclient.Event{}, err
		}
		if len(s.steps) == 0 {
			return modelclient.Event{}, io.EOF
		}
		next := s.steps[0]
		s.steps = s.steps[1:]
		s.script.mu.Lock()
		s.script.taken++
		s.script.mu.Unlock()
		e, err := next(ctx)
		if err != nil {
			return modelclient.Event{}, err
		}
		if e != nil {
			return *e, nil
		}
	}
}

func (s *scriptStream) Close() error {
	s.script.mu.Lock()
	defer s.script.mu.Unlock()
	if !s.closed {
		s.closed = true
		s.script.open--
	}
	return nil
}

// say is a step that brings an event.
func say(e modelclient.Event) step {
	return func(context.Context) (*modelclient.Event, error) { return &e, nil }
}

// item is a step that brings a finished item.
func item(i protocol.ResponseItem) step {
	return say(modelclient.Event{Kind: modelclient.ItemDone, Item: i, ItemID: i.ItemID()})
}

// text is a finished message.
func text(s string) step {
	return item(&protocol.MessageItem{ID: "msg", Role: "assistant", Content: []protocol.ContentItem{&protocol.OutputTextContent{Text: s}}})
}

// call is a call of a function.
func call(name, id, arguments string) step {
	return item(&protocol.FunctionCallItem{ID: "fc", Name: name, CallID: id, Arguments: arguments})
}

// until waits for a gate.
func until(gate <-chan struct{}) step {
	return func(ctx context.Context) (*modelclient.Event, error) {
		select {
		case <-gate:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// signal closes a channel when the client has come so far.
func signal(reached chan<- struct{}) step {
	return func(context.Context) (*modelclient.Event, error) {
		close(reached)
		return nil, nil
	}
}

// broken ends the stream with an error.
func broken(err error) step {
	return func(context.Context) (*modelclient.Event, error) { return nil, err }
}

// usage is what a response says that it cost.
func usage(total uint64) *protocol.TokenUsage {
	return &protocol.TokenUsage{InputTokens: total - min(total, 10), OutputTokens: min(total, 10), TotalTokens: total}
}

// reply is a whole response around some steps.
func reply(steps ...step) []step { return replyUsing(100, steps...) }

// replyUsing is a whole response that cost some tokens.
func replyUsing(total uint64, steps ...step) []step {
	all := []step{say(modelclient.Event{Kind: modelclient.RateLimits, RateLimits: &protocol.RateLimitSnapshot{}})}
	all = append(all, steps...)
	return append(all, say(modelclient.Event{Kind: modelclient.Completed, Usage: usage(total)}))
}

// tape is a recorder that keeps what was recorded in memory.
type tape struct {
	mu      sync.Mutex
	lines   []protocol.RolloutItem
	flushed int // lines that the operating system would have
	closed  bool
	err     error           // of the next Record
	hold    <-chan struct{} // Flush waits for it, if not nil
}

func (r *tape) Record(items ...protocol.RolloutItem) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	if r.closed {
		return rollout.ErrClosed
	}
	for _, i := range items {
		if rollout.Persists(i) {
			r.lines = append(r.lines, i)
		}
	}
	return nil
}

func (r *tape) Flush(context.Context) error {
	r.mu.Lock()
	hold := r.hold
	r.mu.Unlock()
	if hold != nil {
		<-hold
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flushed = len(r.lines)
	return r.err
}

func (r *tape) Close(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flushed, r.closed = len(r.lines), true
	return nil
}

func (r *tape) Path() string { return "/rollout.jsonl" }

func (r *tape) recorded() []protocol.RolloutItem {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.lines)
}

// diary is a message history in memory.
type diary struct {
	mu    sync.Mutex
	texts []string
	hold  <-chan struct{} // Append waits for it, if not nil
}

func (d *diary) Metadata() (logID, entries uint64) { return 7, 3 }

func (d *diary) Append(_ context.Context, _ protocol.ConversationID, text string) error {
	if d.hold != nil {
		<-d.hold
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.texts = append(d.texts, text)
	return nil
}

func (d *diary) Lookup(_ context.Context, logID, offset uint64) (*protocol.HistoryEntry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if logID != 7 || offset >= uint64(len(d.texts)) {
		return nil, errors.New("no such entry")
	}
	return &protocol.HistoryEntry{ConversationID: string(conversationID), Text: d.texts[offset]}, nil
}

// process is how a command runs and ends.
type process struct {
	stdout string
	stderr string
	code   int
	gate   <-chan struct{} // runs until it is closed, or its context ends
	deaf   <-chan struct{} // when set, runs until it is closed, whatever happens
	panics bool
}

// processes is a runner, and a sandbox, that starts nothing.
type processes struct {
	mu    sync.Mutex
	queue []process
	ran   []string
	live  int // running now
}

func (p *processes) Run(ctx context.Context, c exec.Command, o *exec.Options) (*exec.Result, error) {
	p.mu.Lock()
	var next process
	if len(p.queue) > 0 {
		next, p.queue = p.queue[0], p.queue[1:]
	}
	where := "outside"
	if c.Arg0 != "" {
		where = c.Arg0
	}
	p.ran = append(p.ran, fmt.Sprintf("%q %s", c.Argv, where))
	p.live++
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.live--
	}()
	if next.panics {
		panic("the runner is broken")
	}
	if o != nil && next.stdout != "" {
		o.OnOutput(ctx, protocol.StreamStdout, []byte(next.stdout))
	}
	if o != nil && next.stderr != "" {
		o.OnOutput(ctx, protocol.StreamStderr, []byte(next.stderr))
	}
	if next.gate != nil {
		select {
		case <-next.gate:
		case <-ctx.Done():
			next.code = 143
		}
	}
	if next.deaf != nil {
		<-next.deaf
	}
	out := func(s string) exec.Output { return exec.Output{Head: []byte(s)} }
	return &exec.Result{
		ExitCode: next.code, Duration: 500 * time.Millisecond,
		Stdout: out(next.stdout), Stderr: out(next.stderr), Aggregated: out(next.stdout + next.stderr),
	}, ctx.Err()
}

func (*processes) Obstacle() error { return nil }

func (p *processes) Confine(c *exec.Command, policy protocol.SandboxPolicy, _ string) error {
	c.Arg0 = "in " + string(policy.Mode())
	return nil
}

func (p *processes) Kind() string { return "fake" }

// lab is a session and everything around it.
type lab struct {
	*session.Session
	model    *script
	tape     *tape
	diary    *diary
	commands *processes
	cwd      string
	notified []string
}

// setup changes what a lab is made of.
type setup struct {
	config  config.Config
	options session.Options
	tools   tools.Options
}

// newLab starts a session that the test must close. change, if not nil, changes
// what it is made of.
func newLab(t testing.TB, change func(*setup)) *lab {
	t.Helper()
	cwd, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{model: &script{}, tape: &tape{}, diary: &diary{}, commands: &processes{}, cwd: cwd}
	retries := uint64(2)
	s := &setup{
		config: config.Config{
			Home:           filepath.Join(cwd, "home"),
			Cwd:            cwd,
			Model:          "mock-model",
			ModelFamily:    models.FamilyFor("mock-model"),
			ReviewModel:    "review-model",
			ApprovalPolicy: protocol.AskOnRequest,
			SandboxPolicy:  &protocol.WorkspaceWritePolicy{ExcludeSlashTmp: true},
			Provider:       modelprovider.Provider{StreamMaxRetries: &retries},
			ViewImage:      true,
		},
		tools: tools.Options{Runner: l.commands, Sandbox: l.commands, Executable: "/codex", Environ: []string{"PATH=/usr/bin:/bin"}},
	}
	s.options = session.Options{
		ID:       conversationID,
		Config:   &s.config,
		Model:    l.model,
		Recorder: l.tape,
		History:  l.diary,
		Shell:    "bash",
		Notify: func(arg string) error {
			l.notified = append(l.notified, arg)
			return nil
		},
	}
	if change != nil {
		change(s)
	}
	s.options.Tools = tools.NewSet(s.tools)
	if l.Session, err = session.New(s.options); err != nil {
		t.Fatal(err)
	}
	return l
}

// close ends the session and checks that nothing is left of it.
func (l *lab) close(t testing.TB) {
	t.Helper()
	if err := l.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	l.model.mu.Lock()
	defer l.model.mu.Unlock()
	if l.model.open != 0 {
		t.Errorf("%d model streams were left open", l.model.open)
	}
	l.commands.mu.Lock()
	defer l.commands.mu.Unlock()
	if l.commands.live != 0 {
		t.Errorf("%d commands are left running", l.commands.live)
	}
}

// submit submits an operation.
func (l *lab) submit(t testing.TB, op protocol.Op) string {
	t.Helper()
	id, err := l.Submit(t.Context(), op)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// user sends a text of the user.
func (l *lab) user(t testing.TB, s string) string {
	t.Helper()
	return l.submit(t, input(s))
}

func input(s string) *protocol.UserInputOp {
	return &protocol.UserInputOp{Items: []protocol.InputItem{&protocol.TextInput{Text: s}}}
}

// write writes a file below the working directory.
func (l *lab) write(t testing.TB, name, content string) {
	t.Helper()
	path := filepath.Join(l.cwd, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// labConfig returns a configuration like that of a lab.
func labConfig(l *lab) *config.Config { return &config.Config{Cwd: l.cwd} }
