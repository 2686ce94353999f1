package session

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// queueSize is how many submissions may wait. (spec: events-and-rollouts,
// queue model)
const queueSize = 64

// ErrClosed is returned for submissions to a conversation that has ended.
var ErrClosed = errors.New("the conversation has ended")

// Model streams answers of a model. [*modelclient.Client] is one.
type Model interface {
	Stream(ctx context.Context, r *modelclient.Request) (*modelclient.Stream, error)
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
	// UserInstructions is the text of the AGENTS.md files, or "".
	UserInstructions string
	// Shell is the name of the user's shell for the model, or "".
	Shell string
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
	o        Options
	log      *event.Log
	asks     *approval.Registry
	granted  approval.Granted
	queue    chan submission
	stopping chan struct{} // closed when a shutdown begins
	kick     chan struct{} // tells the loop that a task has ended
	done     chan struct{} // closed when the loop has ended
	ctx      context.Context
	cancel   context.CancelFunc
	zlog     zerolog.Logger
	// broken reports once that the rollout cannot be written any more.
	broken sync.Once
	// background are goroutines that Close waits for.
	background sync.WaitGroup

	submitMu sync.Mutex // orders the numbering and queueing of submissions
	next     uint64
	ended    bool // no more submissions

	mu        sync.Mutex
	settings  *settings // of the next turn
	announced *settings // what the model was last told, nil when unknown
	items     []protocol.ResponseItem
	account   account
	active    *task
	postponed []submission // wait for the end of the running task
	compacted int          // counts automatic compactions
}

// submission is an operation in the queue.
type submission struct {
	id     string
	turnID string
	op     protocol.Op
	// ended receives the outcome of an interrupt, if not nil.
	ended chan<- Interruption
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
		o:        o,
		log:      event.NewLog(&event.Options{Now: o.Now}),
		queue:    make(chan submission, queueSize),
		stopping: make(chan struct{}),
		kick:     make(chan struct{}, 1),
		done:     make(chan struct{}),
		zlog:     zerolog.Nop(),
	}
	if o.Log != nil {
		s.zlog = o.Log.With().Str("conversation", string(o.ID)).Logger()
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.asks = approval.NewRegistry(approval.Hooks{Asked: s.asked, Settled: s.settled})
	s.settings = settingsFrom(o.Config, o.UserInstructions)
	s.seed()
	s.configured()
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

// ID returns the conversation's id.
func (s *Session) ID() protocol.ConversationID { return s.o.ID }

// Cwd returns the working directory of later turns.
func (s *Session) Cwd() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings.cwd
}

// RolloutPath returns the path of the conversation's rollout.
func (s *Session) RolloutPath() string { return s.o.Recorder.Path() }

// Events returns the conversation's event log.
func (s *Session) Events() *event.Log { return s.log }

// Approvals returns the conversation's open questions.
func (s *Session) Approvals() *approval.Registry { return s.asks }

// Done is closed when the session has ended.
func (s *Session) Done() <-chan struct{} { return s.done }

// Submit queues an operation and returns the id that its events will carry. It
// waits while the queue is full. After the end it fails with [ErrClosed].
func (s *Session) Submit(ctx context.Context, op protocol.Op) (string, error) {
	return s.submit(ctx, submission{op: op})
}

// SubmitAs is like Submit with an id of the caller's choice, which does not
// count in the conversation's numbering. An empty turnID lets the session
// choose one.
func (s *Session) SubmitAs(ctx context.Context, id, turnID string, op protocol.Op) error {
	_, err := s.submit(ctx, submission{id: id, turnID: turnID, op: op})
	return err
}

// Interruption tells how an interrupt ended.
type Interruption struct {
	// Reason is the reason of the turn_aborted event, interrupted when no turn
	// ran.
	Reason protocol.TurnAbortReason
	// Aborted reports whether there was a turn to abort.
	Aborted bool
	// Seq is the last event that the interrupt caused or found.
	Seq uint64
}

// Interrupt aborts the running task. The channel receives one value when the
// task has ended, also when none ran.
func (s *Session) Interrupt(ctx context.Context) (<-chan Interruption, error) {
	ended := make(chan Interruption, 1)
	_, err := s.submit(ctx, submission{op: &protocol.InterruptOp{}, ended: ended})
	return ended, err
}

func (s *Session) submit(ctx context.Context, sub submission) (string, error) {
	s.submitMu.Lock()
	defer s.submitMu.Unlock()
	if s.ended {
		return "", ErrClosed
	}
	own := sub.id == ""
	if own {
		sub.id = strconv.FormatUint(s.next, 10)
	}
	select {
	case s.queue <- sub:
	case <-s.stopping:
		return "", ErrClosed
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if own {
		s.next++
	}
	return sub.id, nil
}

// Close shuts the session down: it aborts the running task, closes the rollout
// and waits for both, or for ctx. It may be called more than once.
func (s *Session) Close(ctx context.Context) error {
	if _, err := s.Submit(ctx, &protocol.ShutdownOp{}); err != nil && !errors.Is(err, ErrClosed) {
		return err
	}
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Snapshot is a conversation at one moment, for a client that joins.
type Snapshot struct {
	TurnID    string // of the open turn, or ""
	Settings  protocol.TurnContextLine
	Tokens    protocol.TokenCountEvent
	Approvals []approval.Request
	Seq       uint64 // everything up to here is in the snapshot
}

// Join subscribes and takes a snapshot at the same moment: the subscription
// brings every event after the snapshot's Seq.
func (s *Session) Join() (*event.Subscription, Snapshot) {
	var snap Snapshot
	s.mu.Lock()
	defer s.mu.Unlock()
	snap.Approvals = s.asks.Open()
	sub, seq := s.log.SubscribeWith(nil)
	if s.active != nil {
		snap.TurnID = s.active.turnID
	}
	snap.Settings = *s.settings.line()
	snap.Tokens = *s.account.event()
	snap.Seq = seq
	return sub, snap
}
