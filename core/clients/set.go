package clients

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/codex-go/codex/utils/jsonrpc"
)

// ErrClosed is returned by a server that was closed.
var ErrClosed = errors.New("the server is closed")

// Set is the connections of a server. The zero value has none.
type Set[C interface {
	comparable
	End()
}] struct {
	mu      sync.Mutex
	open    map[C]struct{}
	closed  bool
	serving sync.WaitGroup // grows only while closed is false
}

// Open makes a connection over a transport. Whoever serves it calls Served at its
// end. When the set was closed, Open closes the transport and returns [ErrClosed].
func (s *Set[C]) Open(transport jsonrpc.Transport, open func(jsonrpc.Transport) C) (C, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = transport.Close() // nobody has used it
		var none C
		return none, ErrClosed
	}
	s.serving.Add(1)
	c := open(transport)
	if s.open == nil {
		s.open = make(map[C]struct{})
	}
	s.open[c] = struct{}{}
	return c, nil
}

// Leave takes a connection out and reports whether it was the last.
func (s *Set[C]) Leave(c C) (last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
	return len(s.open) == 0
}

// Served says that nothing of a connection runs any more.
func (s *Set[C]) Served() { s.serving.Done() }

// Each calls f, which must not block, for every connection.
func (s *Set[C]) Each(f func(C)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		f(c)
	}
}

// Close ends every connection, and refuses those to come. It does not wait.
func (s *Set[C]) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for c := range s.open {
		c.End()
	}
}

// Wait waits until every connection has been served, or for ctx. It is called
// after Close.
func (s *Set[C]) Wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		s.serving.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close the server: %w", context.Cause(ctx))
	}
}
