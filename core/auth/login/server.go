package login

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/core/internal/pause"
)

const (
	// DefaultPort is the port that the issuer sends browsers back to.
	DefaultPort = 1455
	// AnyPort, as the port of [Options], takes a free one.
	AnyPort = -1

	// scope is what the tokens are for.
	scope = "openid profile email offline_access"
	// evictWait bounds the request that asks another login to make room.
	evictWait = 2 * time.Second
	// bindPause and bindTries say how often and how long the port is tried.
	bindPause = 200 * time.Millisecond
	bindTries = 10
	// linger is how long the last page can be fetched after a success.
	linger = 5 * time.Second
	// shutdownWait is how long answers that are being sent are waited for.
	shutdownWait = 2 * time.Second
)

var (
	// ErrCanceled is the outcome of a login that was canceled here.
	ErrCanceled = errors.New("the login was not completed")
	// ErrEvicted is the outcome of a login that another one has replaced.
	ErrEvicted = errors.New("the login was cancelled by another one")
	// ErrTimedOut is the outcome of a login that took too long.
	ErrTimedOut = errors.New("the login timed out")
)

// RefusedError is the outcome of a login that the issuer refused.
type RefusedError struct {
	Code        string // such as "access_denied"
	Description string // for people; may be empty
}

// Error tells what the issuer said.
func (e *RefusedError) Error() string {
	if e.Description == "" {
		return fmt.Sprintf("the issuer refused the login: %s", e.Code)
	}
	return fmt.Sprintf("the issuer refused the login: %s (%s)", e.Description, e.Code)
}

// Options are the inputs of [Start]. Only Store is required.
type Options struct {
	// Store takes the tokens.
	Store Store
	// Originator names the program to the issuer.
	Originator string
	// Issuer is the service to sign in with. Empty means [auth.Issuer].
	Issuer string
	// ClientID names the program to the issuer. Empty means [auth.ClientID].
	ClientID string
	// HTTPClient carries the requests to the issuer; its redirect policy is not
	// used. Nil means one over [http.DefaultTransport].
	HTTPClient *http.Client
	// Port is where the browser comes back to. Zero means [DefaultPort].
	Port int
	// Timeout ends the login. Zero means never.
	Timeout time.Duration
}

// phase is how far a login is.
type phase int

const (
	waiting  phase = iota // for a browser that brings a code
	fetching              // the tokens for the code
	storing               // the tokens
	ended
)

// Server is a login that waits for a browser.
type Server struct {
	issuer   issuer
	store    Store
	port     int
	authURL  string
	state    string
	verifier string

	// ctx ends with the login.
	ctx    context.Context
	cancel context.CancelFunc
	http   *http.Server
	group  sync.WaitGroup
	// done is closed when the outcome is known, closing by Close, shown when
	// the last page was sent, and stopped when the port is given back.
	done    chan struct{}
	closing chan struct{}
	shown   chan struct{}
	stopped chan struct{}
	once    struct{ closing, shown sync.Once }

	mu    sync.Mutex
	phase phase
	// outcome counts once phase is ended. Before, while storing, it is what
	// ends the login if storing fails.
	outcome error
	claims  auth.Claims // of a success, for the last page
}

// Start listens for the browser. If the port is taken by another login of this
// kind, that one is ended. The login ends with ctx.
// (spec: config-and-auth, OAuth login server)
func Start(ctx context.Context, options Options) (*Server, error) {
	port := options.Port
	switch port {
	case 0:
		port = DefaultPort
	case AnyPort:
		port = 0
	}
	listeners, port, err := listen(ctx, port, bindPause)
	if err != nil {
		return nil, fmt.Errorf("start the login server: %w", err)
	}
	s := &Server{
		issuer:   newIssuer(options.Issuer, options.ClientID, options.HTTPClient),
		store:    options.Store,
		port:     port,
		state:    secret(32),
		verifier: secret(64),
		done:     make(chan struct{}),
		closing:  make(chan struct{}),
		shown:    make(chan struct{}),
		stopped:  make(chan struct{}),
	}
	s.authURL = s.issuer.base + "/oauth/authorize?" + query(
		"response_type", "code",
		"client_id", s.issuer.clientID,
		"redirect_uri", s.redirectURI(),
		"scope", scope,
		"code_challenge", challenge(s.verifier),
		"code_challenge_method", "S256",
		"id_token_add_organizations", "true",
		"codex_cli_simplified_flow", "true",
		"state", s.state,
		"originator", options.Originator,
	)
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.http = &http.Server{
		Handler:           s.routes(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       10 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	for _, listener := range listeners {
		s.group.Go(func() {
			// It ends when the server is shut down, which is no failure.
			_ = s.http.Serve(listener)
		})
	}
	s.group.Go(func() { s.supervise(ctx, options.Timeout) })
	return s, nil
}

// listen takes the port on both loopback addresses; the second kind of address
// need not exist.
func listen(ctx context.Context, port int, between time.Duration) ([]net.Listener, int, error) {
	var config net.ListenConfig
	var first net.Listener
	var err error
	for try := range bindTries {
		first, err = config.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			break
		}
		if !errors.Is(err, syscall.EADDRINUSE) || try == bindTries-1 {
			return nil, 0, err
		}
		if try == 0 {
			evict(ctx, port)
		}
		if err := pause.For(ctx, between); err != nil {
			return nil, 0, err
		}
	}
	port = first.Addr().(*net.TCPAddr).Port
	listeners := []net.Listener{first}
	if second, err := config.Listen(ctx, "tcp6", net.JoinHostPort("::1", strconv.Itoa(port))); err == nil {
		listeners = append(listeners, second)
	}
	return listeners, port, nil
}

// evict asks whoever holds the port to make room. What comes of it shows when
// the port is tried again.
func evict(ctx context.Context, port int) {
	ctx, cancel := context.WithTimeout(ctx, evictWait)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort("127.0.0.1", strconv.Itoa(port))+"/cancel", nil)
	if err != nil {
		return
	}
	// A transport of its own knows no proxy and leaves no connection open.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if response, err := client.Do(request); err == nil {
		_ = response.Body.Close() // the answer does not matter
	}
}

func (s *Server) redirectURI() string {
	return "http://localhost:" + strconv.Itoa(s.port) + "/auth/callback"
}

// AuthURL is the address for the user's browser.
func (s *Server) AuthURL() string { return s.authURL }

// Port is the port that the server listens on.
func (s *Server) Port() int { return s.port }

// Done is closed when the outcome of the login is known.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stopped is closed when the server has ended: after a failure at once, after a
// success when the browser has fetched the last page, or after a few seconds
// without that.
func (s *Server) Stopped() <-chan struct{} { return s.stopped }

// Wait returns the outcome of the login: nil when the tokens are stored, else
// [ErrCanceled], [ErrEvicted], [ErrTimedOut] or a [*RefusedError], or the error
// of ctx when that ends before. The server goes on to show the last page; see
// [Server.Stopped].
func (s *Server) Wait(ctx context.Context) error {
	select {
	case <-s.done:
		return s.result()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s *Server) result() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.outcome
}

// Cancel ends the login with [ErrCanceled], unless it has ended or its tokens
// are being stored at this very moment. [Server.Wait] tells which.
func (s *Server) Cancel() { s.end(ErrCanceled) }

// Close cancels the login if it has not ended, gives the port back and waits for
// everything that the server started. Further calls wait again.
func (s *Server) Close() {
	s.Cancel()
	s.once.closing.Do(func() { close(s.closing) })
	s.group.Wait()
}

// end sets the outcome, once.
func (s *Server) end(outcome error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endLocked(outcome)
}

func (s *Server) endLocked(outcome error) {
	switch {
	case s.phase == ended:
	case s.phase == storing && outcome != nil:
		if s.outcome == nil {
			s.outcome = outcome
		}
	default:
		s.phase, s.outcome = ended, outcome
		s.cancel()
		close(s.done)
	}
}

// supervise ends the login in time and the server after it.
func (s *Server) supervise(ctx context.Context, timeout time.Duration) {
	defer close(s.stopped)
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case <-s.done:
	case <-ctx.Done():
		s.end(ErrCanceled)
	case <-expired:
		s.end(ErrTimedOut)
	}
	<-s.done
	if s.result() == nil {
		timer := time.NewTimer(linger)
		defer timer.Stop()
		select {
		case <-s.shown:
		case <-timer.C:
		case <-s.closing:
		case <-ctx.Done():
		}
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownWait)
	defer cancel()
	if err := s.http.Shutdown(grace); err != nil {
		// Whoever has not read its answer by now will not.
		_ = s.http.Close()
	}
}
