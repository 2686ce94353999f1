package appserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/appserver/v1"
	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/history"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// ErrClosed is returned by a server that was closed.
var ErrClosed = errors.New("the server is closed")

// shutdownTime bounds how long the end of a connection or of the server takes.
const shutdownTime = 10 * time.Second

// Server is an agent that speaks the app-server protocol.
type Server struct {
	o        Options
	log      zerolog.Logger
	identity clientid.Identity
	auth     *auth.Manager
	runner   *exec.Runner
	backend  *v1.Backend
	ids      jsonrpc.Counter // of requests to clients, one for the process
	// killed ends when Close has no more time: what is being taken down in order
	// is taken down at once.
	killed context.Context
	kill   context.CancelFunc

	mu          sync.Mutex
	connections map[*connection]struct{}
	closed      bool
	serving     sync.WaitGroup
}

// New returns a server. It reads the configuration and fails when that cannot
// be used; nothing else is read or started before it is needed.
func New(ctx context.Context, o *Options) (*Server, error) {
	s := &Server{connections: make(map[*connection]struct{}), log: zerolog.Nop()}
	s.killed, s.kill = context.WithCancel(context.Background())
	if o != nil {
		s.o = *o
	}
	if err := s.defaults(); err != nil {
		return nil, err
	}
	lookup := func(name string) (string, bool) { return shellenv.Lookup(s.o.Environ, name) }
	s.identity = clientid.New(clientid.Options{
		LookupEnv: lookup,
		Warn:      func(message string) { s.log.Error().Msg(message) },
	})
	loader := &config.Loader{
		Home:          s.o.Home,
		Environ:       s.o.Environ,
		Cwd:           s.o.Cwd,
		CLI:           s.o.Overrides,
		SandboxHelper: s.o.Executable,
		Strict:        s.o.StrictConfig,
		Warn:          func(message string) { s.log.Warn().Msg(message) },
	}
	startup, err := loader.Load(ctx, config.Overrides{})
	if err != nil {
		return nil, fmt.Errorf("load configuration: %w", err)
	}
	s.auth = auth.NewManager(auth.Options{
		Home:       s.o.Home,
		Identity:   s.identity,
		HTTPClient: s.o.HTTPClient,
		Now:        s.o.Now,
	})
	s.runner = exec.NewRunner(nil)
	store := rollout.NewFileStore(s.o.Home, nil)
	s.backend = &v1.Backend{
		Config:  loader,
		Startup: startup,
		Store:   store,
		Auth:    s.auth,
		Runner:  s.runner,
		Sandbox: s.o.Sandbox,
		Log:     s.log,
		Conversations: conversation.NewManager(conversation.Options{
			Store:       store,
			History:     history.New(s.o.Home, historyOptions(startup)),
			Credentials: credentials{s.auth},
			Runner:      s.runner,
			Sandbox:     s.o.Sandbox,
			Identity:    s.identity,
			Source:      s.o.Source,
			HTTPClient:  s.o.HTTPClient,
			Endpoint:    s.o.Endpoint,
			Log:         s.o.Log,
			Now:         s.o.Now,
		}),
	}
	return s, nil
}

// defaults fills in what the options leave open.
func (s *Server) defaults() error {
	o := &s.o
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	if o.Home == "" {
		home, err := config.FindHome(func(name string) string {
			value, _ := shellenv.Lookup(o.Environ, name)
			return value
		})
		if err != nil {
			return err
		}
		o.Home = home
	}
	if o.Cwd == "" {
		cwd, err := os.Getwd()
		if err != nil {
			return fmt.Errorf("find the working directory: %w", err)
		}
		o.Cwd = cwd
	}
	if o.Source == "" {
		o.Source = protocol.SourceVSCode
	}
	if o.Log != nil {
		s.log = *o.Log
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
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
	err := s.backend.Conversations.Close(ctx)
	s.runner.Close()
	return errors.Join(err, s.auth.Close(ctx))
}
