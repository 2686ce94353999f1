package mcpclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/protocol"
)

// client keeps one configured server going: it starts it in the background,
// knows its tools, and starts it again when it is used after it has ended.
// Conversations share it; see [Registry]. All methods are safe for concurrent
// use.
type client struct {
	o       *Options
	name    string
	server  config.McpServer
	command Command // of a stdio server
	log     zerolog.Logger

	ctx    context.Context // ends with the client
	cancel context.CancelFunc
	work   sync.WaitGroup
	// leaving are processes of starts that took too long. Only the goroutine that
	// connects, and close after it, use it.
	leaving sync.WaitGroup
	// started is closed when the first start is over, the list of tools
	// included, or has failed.
	started chan struct{}

	mu         sync.Mutex
	closed     bool
	session    *session      // nil while there is none
	connecting chan struct{} // closed at the end of the start that is going on; nil if none is
	err        error         // why the last start failed, nil if it did not
	startErr   error         // why the first one did
	failures   int           // starts that failed in a row
	retryAt    time.Time     // no start before
	tools      []listedTool
	problems   []string      // what is wrong with tools that were left out
	listing    chan struct{} // closed at the end of the listing that is going on; nil if none is
	stale      bool          // the list has changed since the listing began
	resting    bool          // the list changed too often; it is read again after a pause
}

// Delays before a server that does not start is tried again.
const (
	firstRetry = time.Second
	lastRetry  = time.Minute
)

// start begins to start the server. failed is called if that does not succeed,
// before started is closed.
func (c *client) start(failed func()) {
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.started = make(chan struct{})
	c.connecting = make(chan struct{})
	c.work.Go(func() {
		defer close(c.started)
		c.connect(c.connecting)
		c.mu.Lock()
		c.startErr = c.err
		ok := c.err == nil
		if ok {
			c.listing = make(chan struct{})
		}
		c.mu.Unlock()
		if !ok {
			failed()
			return
		}
		c.list()
	})
}

// connect makes one attempt to get a session. done is c.connecting, which it
// ends.
func (c *client) connect(done chan struct{}) {
	ctx, cancel := context.WithTimeout(c.ctx, c.server.StartupLimit())
	defer cancel()
	began := c.o.Now()
	s, err := c.open(ctx)

	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(done)
	c.connecting = nil
	c.err = err
	if err != nil {
		c.failures++
		c.retryAt = c.o.Now().Add(min(firstRetry<<min(c.failures-1, 10), lastRetry))
		c.log.Warn().Err(err).Msg("an MCP server did not start")
		return
	}
	c.failures = 0
	c.session = s
	c.work.Go(func() {
		s.watch()
		if c.ctx.Err() == nil {
			c.log.Warn().Str("status", s.status).Msg("an MCP server has ended")
		}
	})
	c.log.Debug().Dur("took", c.o.Now().Sub(began)).Msg("an MCP server has started")
}

// connected returns a session, after a new start if the last one is lost.
func (c *client) connected(ctx context.Context) (*session, error) {
	for tried := false; ; tried = true {
		c.mu.Lock()
		s, err := c.session, c.err
		switch {
		case c.closed:
			c.mu.Unlock()
			return nil, errClosed
		case s != nil && !s.lost():
			c.mu.Unlock()
			return s, nil
		case c.connecting == nil && err != nil && (tried || c.o.Now().Before(c.retryAt)):
			c.mu.Unlock()
			return nil, fmt.Errorf("the server does not start: %w", err)
		case c.connecting == nil && tried:
			c.mu.Unlock()
			return nil, ErrEnded // it started and ended at once
		case c.connecting == nil:
			c.restart()
		}
		done := c.connecting
		c.mu.Unlock()
		select {
		case <-done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// restart begins a start that is not the first. The caller holds c.mu.
func (c *client) restart() {
	lost := c.session
	c.session = nil
	done := make(chan struct{})
	c.connecting = done
	c.work.Go(func() {
		if lost != nil {
			lost.cut()
			<-lost.ended // never two at the same time
		}
		c.connect(done)
		c.toolsChanged()
	})
}

// A list that changes every time while it is read is read listRounds times in a
// row; after that listPause goes by.
const (
	listRounds = 3
	listPause  = 2 * time.Second
)

// toolsChanged has the tools listed again.
func (c *client) toolsChanged() {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed || c.session == nil:
		// The list is read after the start.
	case c.listing != nil || c.resting:
		c.stale = true
	default:
		c.listing = make(chan struct{})
		c.work.Go(c.list)
	}
}

// list reads the tools of the server, and again as long as they change
// meanwhile, but not for ever. When that fails the last list stays. It ends
// c.listing.
func (c *client) list() {
	for round := 1; ; round++ {
		c.mu.Lock()
		s := c.session
		c.stale = false
		c.mu.Unlock()
		var tools []listedTool
		var problems []string
		err := ErrEnded
		if s != nil {
			tools, problems, err = c.listOnce(s)
		}
		c.mu.Lock()
		if err == nil {
			c.tools, c.problems = tools, problems
		}
		again := c.stale && !c.closed
		if again && round < listRounds {
			c.mu.Unlock()
			continue
		}
		close(c.listing)
		c.listing = nil
		if again {
			c.resting = true
			c.work.Go(c.rest)
		}
		c.mu.Unlock()
		return
	}
}

// rest has the tools listed again after a pause.
func (c *client) rest() {
	timer := time.NewTimer(listPause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.ctx.Done():
	}
	c.mu.Lock()
	c.resting = false
	c.mu.Unlock()
	c.toolsChanged()
}

// listOnce reads the tools of a session.
func (c *client) listOnce(s *session) (tools []listedTool, problems []string, err error) {
	limit := c.server.StartupLimit()
	ctx, cancel := context.WithTimeout(c.ctx, limit)
	defer cancel()
	raw, err := s.list(ctx)
	if errors.Is(err, errListEndless) { // what there is will do
		c.log.Warn().Err(err).Msg("an MCP server lists more tools than are read")
		err = nil
	}
	switch {
	case err == nil:
		tools, repeated, problems := readTools(raw)
		if repeated > 0 {
			c.log.Warn().Int("entries", repeated).Msg("an MCP server lists tools more than once")
		}
		for _, p := range problems {
			c.log.Warn().Str("problem", p).Msg("a tool of an MCP server was left out")
		}
		return tools, problems, nil
	case c.ctx.Err() != nil:
		return nil, nil, errClosed
	case ctx.Err() != nil:
		err = &TimeoutError{What: methodList, Limit: limit}
	default:
		err, _ = cause(err)
	}
	c.log.Warn().Err(err).Msg("an MCP server did not list its tools")
	return nil, nil, err
}

// listed returns the tools that are known, which must not be changed, and what
// was left out.
func (c *client) listed() (tools []listedTool, problems []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tools, c.problems
}

// refreshing returns a channel that is closed when the list of tools that is
// being read is there; nil if none is.
func (c *client) refreshing() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.listing
}

// failure returns why the first start failed. It is called after started is
// closed.
func (c *client) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.startErr
}

// call calls a tool. The error is that of ctx, or says what went wrong.
func (c *client) call(ctx context.Context, tool string, args json.RawMessage) (*protocol.McpToolResult, error) {
	if err := checkObject(args); err != nil {
		return nil, err
	}
	raw, err := c.callOnce(ctx, tool, args)
	if errors.Is(err, errNotSent) {
		raw, err = c.callOnce(ctx, tool, args)
	}
	if err != nil {
		return nil, err
	}
	return decodeResult(raw)
}

// callOnce calls a tool of a session.
func (c *client) callOnce(ctx context.Context, tool string, args json.RawMessage) (json.RawMessage, error) {
	s, err := c.connected(ctx)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, c.server.ToolLimit())
	defer cancel()
	defer context.AfterFunc(c.ctx, cancel)()
	raw, err := s.call(limited, tool, args)
	if err == nil {
		return raw, nil
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if c.ctx.Err() != nil {
		return nil, errClosed
	}
	if limited.Err() != nil {
		return nil, &TimeoutError{What: "the call", Limit: c.server.ToolLimit()}
	}
	why, ended := cause(err)
	if ended {
		s.cut()
		if status := s.waitStatus(); status != "" {
			why = fmt.Errorf("%w (%s)", why, status)
		}
	}
	return nil, why
}

// close ends the server and waits until nothing of it is left.
func (c *client) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	c.mu.Lock()
	starting := c.connecting
	c.mu.Unlock()
	if starting != nil {
		<-starting
	}
	c.mu.Lock()
	s := c.session
	c.mu.Unlock()
	if s != nil {
		s.close()
	}
	c.work.Wait()
	c.leaving.Wait()
}
