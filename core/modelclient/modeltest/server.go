package modeltest

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Handler chooses the answer to a request.
type Handler func(*Request) Response

// Options configures [Serve].
type Options struct {
	// Handler answers every request that Script does not. Nil means that there
	// is nothing after the script.
	Handler Handler
	// Script answers the first requests, one entry each.
	Script []Response
	// Models are the names that the server lists, as a local model server does
	// (GET /v1/models and /api/tags).
	Models []string
	// Pull answers POST /api/pull with these lines. Nil means that every model
	// is pulled with success and listed from then on.
	Pull []string
	// KeepRequests is how many requests are recorded, the last ones; 0 means
	// all. What runs for long should set it.
	KeepRequests int
}

// Server is a scripted model.
type Server struct {
	// URL is the address of the server without a path.
	URL string

	http     http.Server
	stop     chan struct{}  // closed by Close: ends hanging answers
	handlers sync.WaitGroup // grows only while closed is false
	served   sync.WaitGroup
	options  Options

	mu       sync.Mutex
	closed   bool
	script   []Response
	models   []string
	requests []*Request // the recorded ones
	count    int        // of all requests
	arrived  chan struct{}
}

// Start serves a script on a free port of the loopback interface. A request
// beyond the end of the script is answered with status 400, which clients do
// not repeat. Like [net/http/httptest.NewServer] it panics when there is no
// loopback interface; [Serve] does not.
func Start(script ...Response) *Server {
	s, err := Serve(Options{Script: script})
	if err != nil {
		panic(fmt.Sprintf("modeltest: %v", err))
	}
	return s
}

// Serve starts a server on a free port of the loopback interface.
func Serve(options Options) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		if listener, err = net.Listen("tcp", "[::1]:0"); err != nil {
			return nil, fmt.Errorf("listen on loopback: %w", err)
		}
	}
	s := &Server{
		URL:     "http://" + listener.Addr().String(),
		stop:    make(chan struct{}),
		options: options,
		script:  slices.Clone(options.Script),
		models:  slices.Clone(options.Models),
		arrived: make(chan struct{}),
	}
	s.http.Handler = s
	s.http.ReadHeaderTimeout = time.Minute
	s.served.Go(func() { _ = s.http.Serve(listener) }) // returns after Close
	return s, nil
}

// BaseURL returns the base URL of a provider that the server plays.
func (s *Server) BaseURL() string { return s.URL + "/v1" }

// Config returns a config.toml with the server as the provider.
func (s *Server) Config() string {
	return fmt.Sprintf("model = \"scripted\"\nmodel_provider = \"scripted\"\n"+
		"[model_providers.scripted]\nname = \"scripted\"\nbase_url = %q\nwire_api = \"responses\"\n", s.BaseURL())
}

// Close ends all answers and stops the server. It may be called more than once.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.stop)
	}
	s.mu.Unlock()
	_ = s.http.Close() // closes listener and connections
	s.served.Wait()
	s.handlers.Wait()
}

// Add appends to the script.
func (s *Server) Add(script ...Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, script...)
}

// Requests returns the recorded requests to the model, in the order in which
// they came in.
func (s *Server) Requests() []*Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Count returns how many requests to the model came in.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// Wait waits for the n-th request to the model, counting from 1, and returns
// it. The request is nil if it is no longer recorded.
func (s *Server) Wait(ctx context.Context, n int) (*Request, error) {
	for {
		s.mu.Lock()
		count, arrived := s.count, s.arrived
		var request *Request
		if i := n - 1 - (s.count - len(s.requests)); 0 <= i && i < len(s.requests) {
			request = s.requests[i]
		}
		s.mu.Unlock()
		if count >= n {
			return request, nil
		}
		select {
		case <-arrived:
		case <-s.stop:
			return nil, fmt.Errorf("wait for model request %d: the server was closed after %d", n, count)
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for model request %d, have %d: %w", n, count, ctx.Err())
		}
	}
}

// ServeHTTP answers a request, for tests that put something in front of the
// server.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.handlers.Add(1)
	s.mu.Unlock()
	defer s.handlers.Done()
	if s.serveLocal(w, r) {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	request := &Request{
		Method: r.Method,
		Path:   r.URL.Path,
		Query:  r.URL.RawQuery,
		Header: r.Header.Clone(),
		Body:   body,
		Chat:   strings.HasSuffix(r.URL.Path, "/chat/completions"),
	}
	response := s.answer(request)
	response.write(w, r, request, s.stop)
}

// answer records a request and chooses its answer.
func (s *Server) answer(request *Request) Response {
	s.mu.Lock()
	s.count++
	request.Number = s.count
	s.requests = append(s.requests, request)
	if keep := s.options.KeepRequests; keep > 0 && len(s.requests) > keep {
		s.requests = slices.Delete(s.requests, 0, len(s.requests)-keep)
	}
	close(s.arrived)
	s.arrived = make(chan struct{})
	if request.Number <= len(s.script) {
		response := s.script[request.Number-1]
		s.mu.Unlock()
		return response
	}
	s.mu.Unlock()
	if s.options.Handler != nil {
		return s.options.Handler(request)
	}
	return Status(http.StatusBadRequest, `{"error":{"message":"the model script has no more entries"}}`)
}
