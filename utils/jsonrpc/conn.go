package jsonrpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

const (
	// DefaultMaxInFlight is the number of requests in flight unless [Options] says
	// otherwise.
	DefaultMaxInFlight = 1024
	// DefaultMaxInFlightBytes is the length of all requests in flight unless
	// [Options] says otherwise: 128 MiB.
	DefaultMaxInFlightBytes = 128 << 20
)

// Options are the settings of a connection. The zero value of each field is
// useful.
type Options struct {
	// Router gets the peer's requests and notifications. Without it requests are
	// answered with [CodeMethodNotFound] and notifications are ignored.
	Router Router
	// IDs hands out the IDs of outgoing requests. nil means a counter of this
	// connection's own.
	IDs *Counter
	// Hooks are told what would otherwise go unseen. nil means nobody is.
	Hooks *Hooks
	// MaxInFlight is the number of requests and notifications that may be queued
	// or running at once; when it is reached, reading waits, for replies too.
	// Requests whose reply is deferred and handlers that wait for a call to the
	// peer are not counted, but works queued behind such a handler are. 0 means
	// [DefaultMaxInFlight].
	MaxInFlight int
	// MaxInFlightBytes bounds the same works by the length of their messages; one
	// that is longer goes alone. 0 means [DefaultMaxInFlightBytes].
	MaxInFlightBytes int
	// QueueBytes bounds the outgoing queue. A message that does not fit waits, and
	// its sender with it; one that is larger than the bound goes alone. 0 means
	// [DefaultQueueBytes].
	QueueBytes int
	// Malformed says how input is answered that is not a message. 0 means
	// [DropMalformed].
	Malformed MalformedPolicy
	// TextIDs takes a reply whose ID is the text of the integer ID of an open call
	// for the reply to that call: some clients return the ID 0 as "0". Without it
	// nobody waits for such a reply.
	TextIDs bool
	// SpoolThreshold is the length in bytes from which a [Stream] goes to a
	// temporary file. 0 means [DefaultSpoolThreshold].
	SpoolThreshold int
	// SpoolDir is the folder of temporary files. Empty means [os.TempDir].
	SpoolDir string
}

// MalformedPolicy says how input is answered that is not a message. Whatever it
// is, a reply is never answered, and a malformed reply to an open call fails the
// call with a *[MessageError].
type MalformedPolicy uint8

const (
	// DropMalformed answers nothing.
	DropMalformed MalformedPolicy = iota
	// AnswerRequests answers what is visibly a request, its ID and its method or
	// params being readable, with [CodeInvalidRequest] and that ID, so that its
	// sender does not wait for ever; and nothing else.
	AnswerRequests
	// AnswerAll answers everything, with [CodeParseError] or
	// [CodeInvalidRequest], and with the ID if it is readable, else null. Answers
	// with null are limited in number over time. (spec: mcp, server correctness)
	AnswerAll
)

// Conn is one side of a connection. Both sides are alike: each may send requests
// and notifications and answers those of the other. It is safe for concurrent
// use. Create one with [NewConn], end it with [Conn.Shutdown] or [Conn.Close].
type Conn struct {
	*state // everything that changes

	transport   Transport
	router      Router
	ids         *Counter
	hooks       Hooks
	opts        Options
	nullReplies *limiter

	ctx       context.Context // done at the end of the connection
	cancel    context.CancelCauseFunc
	inputDone chan struct{}
	done      chan struct{}
	finished  chan struct{}  // closed after done, when everything below is done too
	work      sync.WaitGroup // the reader and every handler
	written   chan struct{}  // closed when the writer is done

	givingBack atomic.Bool // memory of large messages is being given back
}

// NewConn starts a connection over a transport, which it owns from now on. It
// begins to read at once: handlers may run before NewConn returns and find the
// connection in [Request.Conn]. opts may be nil.
func NewConn(transport Transport, opts *Options) *Conn {
	c := &Conn{
		transport:   transport,
		inputDone:   make(chan struct{}),
		done:        make(chan struct{}),
		finished:    make(chan struct{}),
		written:     make(chan struct{}),
		nullReplies: newLimiter(),
	}
	if opts != nil {
		c.opts = *opts
	}
	if c.router = c.opts.Router; c.router == nil {
		c.router = RouterFunc(func(*Request) Work { return Work{} })
	}
	if c.ids = c.opts.IDs; c.ids == nil {
		c.ids = new(Counter)
	}
	if c.opts.Hooks != nil {
		c.hooks = *c.opts.Hooks
	}
	c.opts.MaxInFlight = positive(c.opts.MaxInFlight, DefaultMaxInFlight)
	c.opts.MaxInFlightBytes = positive(c.opts.MaxInFlightBytes, DefaultMaxInFlightBytes)
	c.opts.SpoolThreshold = positive(c.opts.SpoolThreshold, DefaultSpoolThreshold)
	c.state = newState(positive(c.opts.QueueBytes, DefaultQueueBytes))
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	c.work.Go(c.read)
	go c.write()
	return c
}

func positive(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

// InputDone returns a channel that is closed when the peer will send nothing
// more, or the connection has ended. Handlers may still run and replies may
// still be sent.
func (c *Conn) InputDone() <-chan struct{} { return c.inputDone }

// Done returns a channel that is closed when the connection has ended: nothing
// can be sent any more. The end of the peer's input alone does not end it.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err returns nil before the end of the connection, then [ErrClosed] if it was
// closed from this side, or an [ErrBrokenPipe].
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// Wait waits until the connection has ended and all its goroutines have, then
// returns nil if it was closed from this side, else what [Conn.Err] returns. It
// must not be called from a handler.
func (c *Conn) Wait() error {
	<-c.finished
	if err := c.Err(); !errors.Is(err, ErrClosed) {
		return err
	}
	return nil
}

// Notify queues a notification. params may be an [Appender], a [Stream], or
// anything that encoding/json encodes; nil leaves the member out. It waits while
// the queue is full, until ctx is done, and sends nothing if ctx is done before
// or a Stream fails, whose error it returns.
func (c *Conn) Notify(ctx context.Context, method string, params any) error {
	s, sp, err := c.notification(method, params)
	if err != nil {
		return err
	}
	return c.enqueue(ctx, s, sp, nil)
}

// Post is like [Conn.Notify] but never waits: where there is no room in the
// queue, the notification gets the place behind those that wait. The channel is
// closed when it has entered the queue, or the connection has ended; a sender in
// volume waits for it before the next one, since nothing else bounds how many may
// wait.
func (c *Conn) Post(method string, params any) (room <-chan struct{}, err error) {
	s, sp, err := c.notification(method, params)
	if err != nil {
		return nil, err
	}
	w, err := c.place(s, sp, nil, nil)
	switch {
	case err != nil:
		return nil, err
	case w != nil:
		return w.done, nil
	}
	return entered, nil
}

// entered is the channel of a message that did not have to wait.
var entered = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// notification encodes a notification.
func (c *Conn) notification(method string, params any) (*scratch, *spool, error) {
	s := newScratch()
	sp, err := c.encodeNotification(s, method, params)
	if err == nil {
		return s, sp, nil
	}
	s.free()
	err = fmt.Errorf("notification %s: %w", method, err)
	if errors.Is(err, ErrEncode) {
		c.unencodable(method, ID{}, err)
	}
	return nil, nil, err
}

// Flush waits until everything that was queued has been handed to the
// transport, the connection has ended, or ctx is done.
func (c *Conn) Flush(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waitQuiet(ctx, c.flushed)
}

// Drain refuses requests that come from now on (the hooks hear of them) and waits
// until the handlers of the others have returned, or ctx is done. Replies are
// still read and everything is still sent. Unlike [Conn.Shutdown] it does not
// wait for deferred replies, so that the owner may end what they wait for. It
// waits for handlers also after the end of the connection. It must not be called
// from a handler.
func (c *Conn) Drain(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining = true
	c.slotFree.Broadcast()
	return c.waitUntil(ctx, func() bool { return c.active == 0 })
}

// Shutdown ends the connection in order: requests that come from now on are
// refused (the hooks hear of them); queued and running handlers and deferred
// replies are waited for; everything queued is written; then the connection is
// closed and its goroutines are waited for. It must not be called from a handler.
//
// When ctx is done before, whatever hangs, the connection is closed at once and
// Shutdown returns ctx's cause without waiting for more. It returns an
// [ErrBrokenPipe] when the connection broke, and nil when it was closed before.
// (spec: app-server, shutdown)
func (c *Conn) Shutdown(ctx context.Context) error {
	c.mu.Lock()
	c.draining = true
	c.slotFree.Broadcast()
	err := c.waitQuiet(ctx, func() bool { return c.drained() && c.flushed() })
	late := err != nil && !c.ended
	c.mu.Unlock()
	c.end(ErrClosed)
	if late {
		return err
	}
	select {
	case <-c.finished:
		return c.Wait()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close ends the connection now: what is queued is dropped, contexts of requests
// are cancelled, calls fail with [ErrClosed], the transport is closed. It waits
// for all goroutines, handlers included, and so must not be called from one. It
// may be called more than once. It returns an [ErrBrokenPipe] when the
// connection had broken before.
func (c *Conn) Close() error {
	c.end(ErrClosed)
	return c.Wait()
}

// end ends the connection, once.
func (c *Conn) end(cause error) {
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return
	}
	c.ended, c.cause = true, cause
	dropped := c.out.fail(cause)
	calls := c.takeCalls()
	c.writable.Broadcast()
	c.slotFree.Broadcast()
	c.quiet.Broadcast()
	c.mu.Unlock()

	c.cancel(cause)
	for _, s := range dropped {
		s.discard()
	}
	// Its error tells nothing that matters: either all was written, or nobody
	// waits for it.
	_ = c.transport.Close()
	for _, call := range calls {
		c.complete(call, Response{Err: cause})
	}
	close(c.done)
	go func() {
		c.work.Wait()
		if !errors.Is(cause, errStalled) {
			<-c.written
		}
		close(c.finished)
	}()
}

// read is the reading goroutine.
func (c *Conn) read() {
	for {
		text, err := c.transport.ReadMessage()
		var oversize *OversizeError
		switch {
		case err == nil:
			c.receive(text)
		case errors.As(err, &oversize):
			c.receiveOversize(oversize)
		default:
			c.endInput(err)
			return
		}
	}
}

func (c *Conn) endInput(err error) {
	if errors.Is(err, io.EOF) {
		err = nil
	}
	c.mu.Lock()
	c.inputEnded, c.inputErr = true, err
	if c.ended {
		c.inputErr = nil // the transport was closed from this side
	}
	err = c.inputErr
	calls := c.takeCalls()
	c.mu.Unlock()
	for _, call := range calls {
		c.complete(call, Response{Err: ErrInputEnded})
	}
	if c.hooks.InputEnded != nil {
		c.hooks.InputEnded(err)
	}
	close(c.inputDone)
}

func (c *Conn) unencodable(method string, id ID, err error) {
	if c.hooks.Unencodable != nil {
		c.hooks.Unencodable(method, id, err)
	}
}

// panicked reports a recovered panic to the hooks.
func (c *Conn) panicked(method string, value any) {
	if c.hooks.Panic != nil {
		c.hooks.Panic(method, value, debug.Stack())
	}
}
