package conversation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/session"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// ErrNotFound is wrapped by the error for an id that is not live.
var ErrNotFound = errors.New("conversation not found")

// ErrClosed is returned by a manager that was closed.
var ErrClosed = errors.New("the conversation manager is closed")

// Options are what a [Manager] works with.
type Options struct {
	// Store keeps the conversations. Required.
	Store rollout.Store
	// History is the user's message history. Required.
	History session.History
	// Credentials signs in to providers that want it; nil never does.
	Credentials modelclient.Credentials
	// Runner runs commands. Required.
	Runner tools.Runner
	// Sandbox confines commands; nil means that this machine cannot.
	Sandbox tools.Sandbox
	// Identity is who the program says it is, unless a conversation says
	// otherwise.
	Identity clientid.Identity
	// Source is the door that the conversations come in through.
	Source protocol.SessionSource
	// LinkDir returns a folder that the PATH of commands begins with, so that
	// they find apply_patch, or "". It is asked for every conversation; nil
	// means none.
	LinkDir func() string
	// HTTPClient talks to model endpoints; nil is a good one.
	HTTPClient *http.Client
	// Endpoint starts the endpoint of a provider that has none until it is
	// used, and returns its base URL. Nil if there is no such provider.
	Endpoint func(ctx context.Context, providerID string) (baseURL string, err error)
	// Shell finds the user's shell, once; nil looks at the machine.
	Shell func(context.Context) shellenv.Shell
	// Observer is told what happens to conversations.
	Observer Observer
	// Log is where warnings go; nil is silent.
	Log *zerolog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Observer is told about the conversations of a manager. Nil functions are
// left out. They are called on the goroutine of whoever caused it and must not
// block.
type Observer struct {
	Created func(*Conversation) // new, resumed or forked
	Closed  func(*Conversation) // ended, or removed
}

// Manager owns the live conversations of a process.
type Manager struct {
	o     Options
	shell func() shellenv.Shell

	mu     sync.Mutex
	live   map[protocol.ConversationID]*Conversation
	making sync.WaitGroup // conversations being made
	closed bool
}

// NewManager returns a manager without conversations.
func NewManager(o Options) *Manager {
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &Manager{o: o, live: make(map[protocol.ConversationID]*Conversation)}
	detect := o.Shell
	if detect == nil {
		detect = func(ctx context.Context) shellenv.Shell { return shellenv.Detect(ctx, nil) }
	}
	m.shell = sync.OnceValue(func() shellenv.Shell { return detect(context.Background()) })
	return m
}

// StartOptions say how a conversation differs from others of its manager. The
// zero value does not.
type StartOptions struct {
	// Identity names the client to the model's provider.
	Identity *clientid.Identity
	// Source replaces the manager's.
	Source protocol.SessionSource
}

// New starts a conversation.
func (m *Manager) New(ctx context.Context, cfg *config.Config, o *StartOptions) (*Conversation, error) {
	return m.start(ctx, cfg, o, m.create)
}

// Resume continues a recorded conversation. If it is live, the live one is
// returned and nothing of cfg is used.
func (m *Manager) Resume(ctx context.Context, cfg *config.Config, path string, o *StartOptions) (*Conversation, error) {
	history, err := m.o.Store.Load(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("resume conversation: %w", err)
	}
	if c, err := m.Get(history.ID); err == nil {
		return c, nil
	}
	return m.start(ctx, cfg, o, func(ctx context.Context, b *builder) error {
		w, err := m.o.Store.Resume(ctx, path, b.writerOptions())
		if err != nil {
			return err
		}
		b.recorder, b.id = w, w.ID()
		// Only now does nobody else write: read what there is to go on from.
		b.history, err = m.o.Store.Load(ctx, path)
		return err
	})
}

// Fork starts a conversation with everything of a recorded one that stands
// before the nth message of its user, counted from zero. When there are not so
// many, it starts empty.
func (m *Manager) Fork(ctx context.Context, cfg *config.Config, path string, nth int, o *StartOptions) (*Conversation, error) {
	return m.start(ctx, cfg, o, func(ctx context.Context, b *builder) error {
		w, forked, err := m.o.Store.Fork(ctx, path, nth, b.meta(), b.writerOptions())
		if err != nil {
			return err
		}
		b.recorder, b.id = w, w.ID()
		if !forked {
			return nil
		}
		if err := w.Flush(ctx); err != nil {
			return err
		}
		b.history, err = m.o.Store.Load(ctx, w.Path())
		return err
	})
}

// Get returns a live conversation.
func (m *Manager) Get(id protocol.ConversationID) (*Conversation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, ok := m.live[id]; ok {
		return c, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrNotFound, id)
}

// Live returns the live conversations.
func (m *Manager) Live() []*Conversation {
	m.mu.Lock()
	defer m.mu.Unlock()
	live := make([]*Conversation, 0, len(m.live))
	for _, c := range m.live {
		live = append(live, c)
	}
	return live
}

// Remove takes a conversation out of the manager and returns it. The caller
// closes it.
func (m *Manager) Remove(id protocol.ConversationID) (*Conversation, bool) {
	m.mu.Lock()
	c, ok := m.live[id]
	delete(m.live, id)
	m.mu.Unlock()
	if ok && m.o.Observer.Closed != nil {
		m.o.Observer.Closed(c)
	}
	return c, ok
}

// Close ends all conversations and waits for them, or for ctx.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.making.Wait()
	live := m.Live()
	errs := make([]error, len(live))
	var wg sync.WaitGroup
	for i, c := range live {
		wg.Go(func() { errs[i] = c.Close(ctx) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
