package session

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// Model streams answers of a model.
type Model interface {
	// Stream sends a request and returns once the answer begins. ctx governs
	// the whole stream. The errors are those of package modelclient.
	Stream(ctx context.Context, r *modelclient.Request) (Stream, error)
}

// Stream is an answer of a model that is coming in. Whoever got it closes it.
// A [*modelclient.Stream] is one.
type Stream interface {
	// Next returns the next event, and io.EOF after the Completed event.
	Next(ctx context.Context) (modelclient.Event, error)
	Close() error
}

// Recorder writes the rollout of the conversation. A [rollout.Writer] is one.
type Recorder interface {
	// Record queues items in order and applies the persistence policy.
	Record(items ...protocol.RolloutItem) error
	// Flush hands everything recorded so far to the operating system.
	Flush(ctx context.Context) error
	// Close flushes, syncs and releases the file.
	Close(ctx context.Context) error
	Path() string
}

// History is the user's message history, as far as a conversation needs it.
type History interface {
	Metadata() (logID, entries uint64)
	Append(ctx context.Context, id protocol.ConversationID, text string) error
	Lookup(ctx context.Context, logID, offset uint64) (*protocol.HistoryEntry, error)
}

// Options are what a session is made of. Every field is required unless it
// says otherwise.
type Options struct {
	ID       protocol.ConversationID
	Config   *config.Config
	Model    Model
	Recorder Recorder
	History  History
	// Tools carries out what the model calls.
	Tools *tools.Set
	// UserInstructions is the text of the AGENTS.md files for the
	// configuration's working directory, or "".
	UserInstructions string
	// Instructions returns that text for another working directory. It is
	// asked when a turn moves to another project. Nil: the first text holds.
	Instructions func(cwd string) string
	// Shell is the name of the user's shell for the model, or "".
	Shell string
	// Notify starts the user's program for the end of a turn, with the JSON
	// object that is its last argument, and does not wait for it. Nil: there
	// is none.
	Notify func(arg string) error
	// Initial is the history of a resumed or forked conversation; nil begins a
	// new one.
	Initial *rollout.History
	// Log is where warnings go; nil is silent.
	Log *zerolog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Session is one conversation.
type Session struct {
	o       Options
	log     *event.Log
	view    view // guarded by log
	asks    *approval.Registry
	granted approval.Granted
	zlog    zerolog.Logger
	aside   *worker

	queue     chan submission
	turnstile chan struct{} // held by whoever puts into the queue
	next      uint64        // number of the next submission; guarded by turnstile
	ended     bool          // no more submissions; guarded by turnstile
	quit      chan struct{} // closed to end the session without waiting in the queue
	quitOnce  sync.Once
	stopping  chan struct{} // closed when a shutdown begins
	kick      chan struct{} // tells the loop that a task has ended
	done      chan struct{} // closed when everything has ended
	ctx       context.Context
	cancel    context.CancelFunc
	tasks     sync.WaitGroup
	broken    sync.Once // reports that the rollout cannot be written any more

	mu       sync.Mutex
	settings *settings // of the next turn
	// announced is what the model was last told about its environment, nil
	// when unknown, and docs the user's instructions that it was told.
	announced *prompt.Environment
	docs      docs
	history   history
	account   account
	active    *task       // also while its last events are on their way
	postponed []postponed // waits for the end of the running task
	compacted int         // counts automatic compactions
}

// New starts a session. Its first event is session_configured.
func New(o Options) (*Session, error) {
	if !filepath.IsAbs(o.Config.Cwd) {
		return nil, fmt.Errorf("working directory %q is not absolute", o.Config.Cwd)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Session{
		o:         o,
		zlog:      zerolog.Nop(),
		aside:     newWorker(),
		queue:     make(chan submission, queueSize),
		turnstile: make(chan struct{}, 1),
		quit:      make(chan struct{}),
		stopping:  make(chan struct{}),
		kick:      make(chan struct{}, 1),
		done:      make(chan struct{}),
		settings:  settingsFrom(o.Config),
	}
	if o.Log != nil {
		s.zlog = o.Log.With().Str("conversation", string(o.ID)).Logger()
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.log = event.NewLog(&event.Options{Now: o.Now, Observe: s.view.observe})
	s.asks = approval.NewRegistry(approval.Hooks{Asked: s.asked, Settled: s.settled})
	s.seed()
	s.view.settings, s.view.tokens = *s.settings.line(), *s.account.event()
	s.configured()
	s.warnUnconfined()
	s.o.Initial = nil // the items live on in the history as long as they are needed
	s.o.Tools.Start(s.mcpFailed)
	go s.loop()
	return s, nil
}

// configured publishes the first event.
func (s *Session) configured() {
	e := &protocol.SessionConfiguredEvent{
		SessionID:       s.o.ID,
		Model:           s.settings.model,
		ReasoningEffort: s.settings.effort,
		RolloutPath:     s.o.Recorder.Path(),
	}
	e.HistoryLogID, e.HistoryEntryCount = s.o.History.Metadata()
	if s.o.Initial != nil {
		e.InitialMessages = []protocol.EventMsg{} // read from the rollout by who wants them
	}
	s.log.Publish(event.Event{Msg: e})
}

// warnUnconfined tells the user that no command will run, where the policy asks for
// a sandbox that this machine does not have, instead of letting each one fail first.
func (s *Session) warnUnconfined() {
	policy := s.settings.sandbox
	if policy.Mode() == protocol.SandboxDangerFullAccess {
		return
	}
	if err := s.o.Tools.Obstacle(); err != nil {
		s.log.Publish(event.Event{Msg: &protocol.BackgroundEvent{
			Message: fmt.Sprintf("Commands cannot run under the sandbox policy %s: %v", policy.Mode(), err),
		}})
	}
}

// ID returns the conversation's id.
func (s *Session) ID() protocol.ConversationID { return s.o.ID }

// RolloutPath returns the path of the conversation's rollout.
func (s *Session) RolloutPath() string { return s.o.Recorder.Path() }

// Cwd returns the working directory of later turns.
func (s *Session) Cwd() string { return s.current().cwd }

// Events returns the conversation's event log.
func (s *Session) Events() *event.Log { return s.log }

// Approvals returns the conversation's open questions. Whoever answers one with
// abort ends the turn, as an interrupt does.
func (s *Session) Approvals() *approval.Registry { return s.asks }

// Done is closed when the session has ended.
func (s *Session) Done() <-chan struct{} { return s.done }

// Close shuts the session down, behind what was submitted before: it aborts the
// running task, closes the rollout and waits for everything that belongs to the
// session, or for ctx. When ctx ends while the queue is full, the session ends
// without what waits in it. Close may be called more than once.
func (s *Session) Close(ctx context.Context) error {
	if _, err := s.Submit(ctx, &protocol.ShutdownOp{}); err != nil && !errors.Is(err, ErrClosed) {
		s.quitOnce.Do(func() { close(s.quit) })
		return err
	}
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
