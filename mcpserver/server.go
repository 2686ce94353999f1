package mcpserver

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/clients"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// ErrClosed is returned by a server that was closed.
var ErrClosed = clients.ErrClosed

// times are the bounds of a server.
type times struct {
	drain     time.Duration // for the calls of a connection to end
	shutdown  time.Duration // for the end of a connection in all
	heartbeat time.Duration // between notifications of progress while nothing else happens
}

func usualTimes() times {
	return times{drain: 5 * time.Second, shutdown: 10 * time.Second, heartbeat: 10 * time.Second}
}

// Server is an agent that speaks MCP.
type Server struct {
	o     Options
	agent *agent.Agent
	log   zerolog.Logger
	ids   jsonrpc.Counter // of requests to clients, one for the process
	lines lines
	open  conversations
	times times

	// life ends when the server is closed: until then what belongs to calls is
	// sent and submitted, whatever happens to the call.
	life    context.Context
	endLife context.CancelFunc

	clients clients.Set[*connection]
}

// New returns a server. It reads the configuration and fails when that cannot
// be used; nothing else is read or started before it is needed.
func New(ctx context.Context, o *Options) (*Server, error) {
	s := &Server{times: usualTimes()}
	if o != nil {
		s.o = *o
	}
	if s.o.Agent.Source == "" {
		s.o.Agent.Source = protocol.SourceMCP
	}
	if s.o.MaxIdle <= 0 {
		s.o.MaxIdle = defaultMaxIdle
	}
	var err error
	if s.agent, err = agent.New(ctx, &s.o.Agent); err != nil {
		return nil, err
	}
	s.log = s.agent.Log
	s.life, s.endLife = context.WithCancel(context.WithoutCancel(ctx))
	return s, nil
}

// Serve serves one connection until its input ends, its output breaks or ctx
// ends. Requests that were read are answered, and what was queued is written,
// within ten seconds. It returns nil when the client simply went away.
// (spec: mcp, shutdown)
func (s *Server) Serve(ctx context.Context, transport jsonrpc.Transport) error {
	c, err := s.clients.Open(transport, s.newConnection)
	if err != nil {
		return err
	}
	defer s.clients.Served()
	return c.serve(ctx)
}

// Close ends all connections and conversations and waits for them, or for ctx.
// It may be called more than once.
func (s *Server) Close(ctx context.Context) error {
	defer s.endLife()
	s.clients.Close()
	if err := s.clients.Wait(ctx); err != nil {
		return err
	}
	return s.agent.Close(ctx)
}
