package appserver

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/appserver/v1"
	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/auth/login"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/filesearch"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// ErrClosed is returned by a server that was closed.
var ErrClosed = errors.New("the server is closed")

// shutdownTime bounds how long the end of a connection or of the server takes.
const shutdownTime = 10 * time.Second

// Server is an agent that speaks the app-server protocol.
type Server struct {
	keepRunning bool
	agent       *agent.Agent
	backend     *v1.Backend
	log         zerolog.Logger
	ids         jsonrpc.Counter // of requests to clients, one for the process
	// killed ends when Close has no more time: what is being taken down in order
	// is taken down at once.
	killed context.Context
	kill   context.CancelFunc

	mu          sync.Mutex
	connections map[*connection]struct{}
	closed      bool
	serving     sync.WaitGroup // grows only while closed is false
}

// New returns a server. It reads the configuration and fails when that cannot
// be used; nothing else is read or started before it is needed. o may be nil.
func New(ctx context.Context, o *Options) (*Server, error) {
	if o == nil {
		o = new(Options)
	}
	a, err := agent.New(ctx, &o.Agent)
	if err != nil {
		return nil, err
	}
	s := &Server{
		keepRunning: o.KeepRunning,
		agent:       a,
		log:         a.Log,
		connections: make(map[*connection]struct{}),
	}
	s.killed, s.kill = context.WithCancel(context.Background())
	s.backend = &v1.Backend{
		Conversations: a.Conversations,
		Config:        a.Config,
		Startup:       a.Startup,
		Store:         a.Store,
		Auth:          a.Auth,
		Login:         login.Options{HTTPClient: o.Agent.HTTPClient},
		Logins:        new(v1.Logins),
		Runner:        a.Runner,
		Sandbox:       a.Sandbox,
		UserExcludes: func() ([]byte, error) {
			return filesearch.UserExcludes(func(name string) (string, bool) {
				return shellenv.Lookup(a.Config.Environ, name)
			})
		},
		Log: a.Log,
	}
	return s, nil
}

// Serve serves one connection until its input ends, its output breaks or ctx
// ends. Requests that were read are answered, and what was queued is written,
// within ten seconds; the conversations end with the last connection. It returns
// nil when the client simply went away.
func (s *Server) Serve(ctx context.Context, transport jsonrpc.Transport) error {
	c, err := s.connect(transport)
	if err != nil {
		return err
	}
	defer s.serving.Done()
	return c.serve(ctx)
}

// connect opens a connection.
func (s *Server) connect(transport jsonrpc.Transport) (*connection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		transport.Close()
		return nil, ErrClosed
	}
	s.serving.Add(1)
	c := newConnection(s, transport)
	s.connections[c] = struct{}{}
	return c, nil
}

// leave takes a connection out and reports whether it was the last.
func (s *Server) leave(c *connection) (last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.connections, c)
	return len(s.connections) == 0
}

// endConversations ends all conversations, and takes them out of the manager.
func (s *Server) endConversations(ctx context.Context) error {
	live := s.backend.Conversations.Live()
	errs := make([]error, len(live))
	var wg sync.WaitGroup
	for i, c := range live {
		s.backend.Conversations.Remove(c.ID())
		wg.Go(func() { errs[i] = c.Close(ctx) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// announce sends a notification to every client.
func (s *Server) announce(n protocol.ServerNotification) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.connections {
		c.announce(n)
	}
}

// Close ends all connections and conversations and waits for them. When ctx ends
// before, it takes them down at once; then what they had to write may be lost.
// It may be called more than once.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	for c := range s.connections {
		c.End()
	}
	s.mu.Unlock()
	stop := context.AfterFunc(ctx, s.kill)
	defer stop()
	s.serving.Wait()
	return s.agent.Close(ctx)
}
