package mcpclient

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/core/config"
)

// Options say how servers are reached. Every zero field is useful.
type Options struct {
	// Start starts stdio servers; nil means that none can be started.
	Start StartFunc
	// HTTPClient reaches servers behind HTTP, through its Transport alone. Nil
	// is one like that of package http.
	HTTPClient *http.Client
	// Token returns the credential that the user has for a server behind HTTP,
	// by the address of the configuration. It is asked for every request to a
	// server without a configured token, and again when the server refuses the
	// token. Nil: the user cannot sign in.
	Token TokenFunc
	// Version is the version of the client that servers are told.
	Version string
	// UserAgent is sent to servers behind HTTP. Empty: made of Version.
	UserAgent string
	// Grace is how long a server may take to end by itself once its input is
	// closed: 2 s.
	Grace time.Duration
	// RefreshWait is how long a turn waits for a list of tools that a server
	// has changed: 2 s.
	RefreshWait time.Duration
	// Log is where servers' messages and troubles go; nil is silent.
	Log *zerolog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// TokenFunc returns an access token for a server, or "" if there is none. refused
// is a token that the server has just refused and that is not to be returned
// again, or "".
type TokenFunc func(ctx context.Context, serverURL, refused string) (string, error)

// Registry owns the servers of a process. Conversations with the same
// configuration of a server share it; the last one to leave ends it. All methods
// are safe for concurrent use.
type Registry struct {
	o    Options
	log  zerolog.Logger
	work sync.WaitGroup // servers that are being ended

	mu      sync.Mutex
	closed  bool
	clients map[clientKey]*lease
	all     map[*lease]struct{} // also those that are being ended
}

// clientKey is a hash of what makes two configured servers the same.
type clientKey [sha256.Size]byte

// lease is a client and how many use it.
type lease struct {
	key    clientKey
	client *client
	users  int           // guarded by the registry's mu
	ended  chan struct{} // closed when the client is closed
}

// NewRegistry returns a registry without servers.
func NewRegistry(o Options) *Registry {
	if o.Grace == 0 {
		o.Grace = 2 * time.Second
	}
	if o.RefreshWait == 0 {
		o.RefreshWait = 2 * time.Second
	}
	if o.Version == "" {
		o.Version = "0.0.0"
	}
	if o.UserAgent == "" {
		o.UserAgent = "codex-mcp-client/" + o.Version
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	r := &Registry{o: o, log: zerolog.Nop(), clients: make(map[clientKey]*lease), all: make(map[*lease]struct{})}
	if o.Log != nil {
		r.log = *o.Log
	}
	return r
}

// serverSpec is one server as a conversation wants it.
type serverSpec struct {
	name   string
	server config.McpServer
	// For stdio servers.
	dir     string
	environ []string // of this process
}

// key returns the hash under which conversations share the server, and the
// command of a stdio server.
func (s *serverSpec) key() (clientKey, Command, error) {
	same := struct {
		Name     string
		Startup  time.Duration
		Tool     time.Duration
		Argv     []string
		Dir      string
		Env      []string
		Search   string
		URL      string
		HasToken bool
		Token    string
	}{Name: s.name, Startup: s.server.StartupLimit(), Tool: s.server.ToolLimit()}
	var command Command
	switch t := s.server.Transport.(type) {
	case *config.McpStdio:
		command = Command{
			Argv:   append([]string{t.Command}, t.Args...),
			Dir:    s.dir,
			Env:    serverEnviron(s.environ, t.Env),
			Search: serverEnviron(s.environ, nil),
		}
		same.Argv, same.Dir, same.Env = command.Argv, command.Dir, command.Env
		for _, entry := range command.Search {
			same.Search += entry + "\x00"
		}
	case *config.McpHTTP:
		same.URL = t.URL
		if t.BearerToken != nil {
			same.HasToken, same.Token = true, *t.BearerToken
		}
	}
	text, err := json.Marshal(same)
	if err != nil {
		return clientKey{}, Command{}, fmt.Errorf("tell servers apart: %w", err)
	}
	return sha256.Sum256(text), command, nil
}

// acquire returns a server that may be shared, and begins to start it if it is
// new. It does not wait.
func (r *Registry) acquire(spec *serverSpec) (*lease, error) {
	key, command, err := spec.key()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errors.New("the program is ending")
	}
	if l, ok := r.clients[key]; ok {
		l.users++
		return l, nil
	}
	l := &lease{key: key, users: 1, ended: make(chan struct{})}
	l.client = &client{
		o:       &r.o,
		name:    spec.name,
		server:  spec.server,
		command: command,
		log:     r.log.With().Str("mcp_server", spec.name).Logger(),
	}
	r.clients[key] = l
	r.all[l] = struct{}{}
	l.client.start(func() { r.forget(l) })
	return l, nil
}

// forget keeps a server from being shared further.
func (r *Registry) forget(l *lease) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.clients[l.key] == l {
		delete(r.clients, l.key)
	}
}

// release gives a server back. It does not wait; see lease.ended.
func (r *Registry) release(l *lease) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l.users--; l.users > 0 {
		return
	}
	r.end(l)
}

// end begins to end a server, once. The caller holds r.mu.
func (r *Registry) end(l *lease) {
	if r.clients[l.key] == l {
		delete(r.clients, l.key)
	}
	if _, open := r.all[l]; !open {
		return
	}
	delete(r.all, l)
	r.work.Go(func() {
		defer close(l.ended)
		l.client.close()
	})
}

// Close ends all servers and waits until they are gone, or for ctx. Servers of
// conversations that are still open are ended too. It may be called more than
// once.
func (r *Registry) Close(ctx context.Context) error {
	r.mu.Lock()
	r.closed = true
	for l := range r.all {
		r.end(l)
	}
	r.mu.Unlock()
	done := make(chan struct{})
	go func() {
		r.work.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("end MCP servers: %w", ctx.Err())
	}
}
