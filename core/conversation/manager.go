package conversation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/mcpclient"
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
	// McpToken returns the credential that the user has for an MCP server behind
	// HTTP; nil means that users cannot sign in to them.
	McpToken mcpclient.TokenFunc
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
// left out. They are called on the goroutine of whoever caused it, once for
// each conversation, and must not block.
type Observer struct {
	Created func(*Conversation) // new, resumed or forked
	Closed  func(*Conversation) // removed, or ended before that
}

// Manager owns the live conversations of a process.
type Manager struct {
	o     Options
	shell func() shellenv.Shell
	// mcp owns the MCP servers of all conversations.
	mcp      *mcpclient.Registry
	programs programs

	mu       sync.Mutex
	live     map[protocol.ConversationID]*Conversation
	leaving  map[protocol.ConversationID]*Conversation // removed, and not yet at their end
	resuming map[protocol.ConversationID]chan struct{} // closed when that is done
	making   sync.WaitGroup                            // conversations being made
	watchers sync.WaitGroup                            // wait for the end of conversations
	closed   bool
}

// NewManager returns a manager without conversations.
func NewManager(o Options) *Manager {
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &Manager{
		o:        o,
		live:     make(map[protocol.ConversationID]*Conversation),
		leaving:  make(map[protocol.ConversationID]*Conversation),
		resuming: make(map[protocol.ConversationID]chan struct{}),
	}
	detect := o.Shell
	if detect == nil {
		detect = func(ctx context.Context) shellenv.Shell { return shellenv.Detect(ctx, nil) }
	}
	m.mcp = mcpclient.NewRegistry(mcpOptions(&o))
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
// returned and nothing of cfg is used; if it is about to end, Resume waits for
// that. (spec: events-and-rollouts, resume)
func (m *Manager) Resume(ctx context.Context, cfg *config.Config, path string, o *StartOptions) (*Conversation, error) {
	meta, err := m.o.Store.Meta(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("resume conversation: %w", err)
	}
	c, release, err := m.reserve(ctx, meta.ID)
	if c != nil || err != nil {
		return c, err
	}
	defer release()
	return m.start(ctx, cfg, o, func(ctx context.Context, b *builder) error {
		w, err := m.o.Store.Resume(ctx, path, b.writerOptions())
		if err != nil {
			return fmt.Errorf("resume conversation: %w", err)
		}
		b.recorder, b.id = w, w.ID()
		// Only now does nobody else write: read what there is to go on from.
		b.history, err = m.o.Store.Load(ctx, path)
		return err
	})
}

// reserve returns the live conversation of that id, or the right to resume it,
// which is given back by release. It waits while another resumes it or while it
// comes to its end.
func (m *Manager) reserve(ctx context.Context, id protocol.ConversationID) (c *Conversation, release func(), err error) {
	for {
		m.mu.Lock()
		if c, ok := m.live[id]; ok {
			m.mu.Unlock()
			select {
			case <-c.Done():
				// It has ended, and its watcher has not come to that yet.
				m.remove(c)
				m.forget(id)
				continue
			default:
				return c, nil, nil
			}
		}
		var wait <-chan struct{}
		if resumed, ok := m.resuming[id]; ok {
			wait = resumed
		} else if old, ok := m.leaving[id]; ok {
			wait = old.Done()
		} else {
			done := make(chan struct{})
			m.resuming[id] = done
			m.mu.Unlock()
			return nil, func() {
				m.mu.Lock()
				delete(m.resuming, id)
				m.mu.Unlock()
				close(done)
			}, nil
		}
		m.mu.Unlock()
		select {
		case <-wait:
			m.forget(id)
		case <-ctx.Done():
			return nil, nil, fmt.Errorf("resume conversation: %w", ctx.Err())
		}
	}
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

// add takes in a new conversation and watches for its end. It fails when the
// manager was closed meanwhile.
func (m *Manager) add(c *Conversation) error {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return ErrClosed
	}
	m.live[c.ID()] = c
	m.mu.Unlock()
	if m.o.Observer.Created != nil {
		m.o.Observer.Created(c)
	}
	m.watchers.Go(func() {
		<-c.Done()
		m.remove(c)
		m.forget(c.ID())
	})
	return nil
}

// remove takes a conversation out of the live ones, if it is there.
func (m *Manager) remove(c *Conversation) bool {
	m.mu.Lock()
	found := m.live[c.ID()] == c
	if found {
		delete(m.live, c.ID())
		m.leaving[c.ID()] = c
	}
	m.mu.Unlock()
	if found && m.o.Observer.Closed != nil {
		m.o.Observer.Closed(c)
	}
	return found
}

// forget drops a conversation that was removed and has ended.
func (m *Manager) forget(id protocol.ConversationID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, ok := m.leaving[id]; ok {
		select {
		case <-c.Done():
			delete(m.leaving, id)
		default:
		}
	}
}

// Remove takes a conversation out of the manager and returns it. The caller
// closes it.
func (m *Manager) Remove(id protocol.ConversationID) (*Conversation, bool) {
	c, err := m.Get(id)
	if err != nil || !m.remove(c) {
		return nil, false
	}
	return c, true
}

// CloseLive takes the live conversations out of the manager, ends them and waits
// for them, or for ctx. Others may come afterwards.
func (m *Manager) CloseLive(ctx context.Context) error {
	live := m.Live()
	errs := make([]error, len(live))
	var wg sync.WaitGroup
	for i, c := range live {
		m.remove(c)
		wg.Go(func() { errs[i] = c.Close(ctx) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Close ends all conversations, also those that were removed and not closed,
// and waits for them, or for ctx; they end also when it has ended. Programs that
// were started for the end of a turn get a moment to end. It may be called more
// than once.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	made := make(chan struct{})
	go func() {
		m.making.Wait()
		close(made)
	}()
	var late error
	select {
	case <-made:
	case <-ctx.Done():
		late = ctx.Err() // whoever still makes one ends it
	}
	m.mu.Lock()
	open := slices.Concat(slices.Collect(maps.Values(m.live)), slices.Collect(maps.Values(m.leaving)))
	m.mu.Unlock()
	errs := make([]error, len(open))
	var wg sync.WaitGroup
	for i, c := range open {
		wg.Go(func() { errs[i] = c.Close(ctx) })
	}
	wg.Wait()
	errs = append(errs, m.mcp.Close(ctx), late)
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close conversations: %w", err)
	}
	m.watchers.Wait() // all of them have ended
	m.programs.wait(ctx)
	return nil
}
