package appserver

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/appserver/v1"
	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/auth/login"
	"github.com/codex-go/codex/core/clients"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/filesearch"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// ErrClosed is returned by a server that was closed.
var ErrClosed = clients.ErrClosed

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

	clients clients.Set[*connection]
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
	c, err := s.clients.Open(transport, s.newConnection)
	if err != nil {
		return err
	}
	defer s.clients.Served()
	return c.serve(ctx)
}

// announce sends a notification to every client.
func (s *Server) announce(n protocol.ServerNotification) {
	s.clients.Each(func(c *connection) { c.announce(n) })
}

// Close ends all connections and conversations and waits for them. When ctx ends
// before, it takes them down at once; then what they had to write may be lost.
// It may be called more than once.
func (s *Server) Close(ctx context.Context) error {
	s.clients.Close()
	stop := context.AfterFunc(ctx, s.kill)
	defer stop()
	if err := s.clients.Wait(context.Background()); err != nil {
		return err
	}
	return s.agent.Close(ctx)
}
