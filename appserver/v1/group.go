package v1

import (
	"context"
	"sync"
)

// group is the goroutines that run for a connection beside its handlers. The
// zero group is ready to use.
type group struct {
	// panicked is told about a panic, which ends the goroutine alone.
	panicked func(value any)

	mu      sync.Mutex
	running int
	closed  bool
	idle    chan struct{} // closed when the group is closed and nothing runs
}

// start runs f on a goroutine of its own. It does nothing and reports false when
// the group is closed.
func (g *group) start(f func()) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.running++
	go func() {
		defer g.finish()
		f()
	}()
	return true
}

func (g *group) finish() {
	if p := recover(); p != nil && g.panicked != nil {
		g.panicked(p)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	if g.running == 0 && g.closed {
		close(g.idle)
	}
}

// close refuses what is started from now on, and waits for the rest or for ctx.
func (g *group) close(ctx context.Context) error {
	g.mu.Lock()
	if !g.closed {
		g.closed = true
		g.idle = make(chan struct{})
		if g.running == 0 {
			close(g.idle)
		}
	}
	g.mu.Unlock()
	select {
	case <-g.idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
