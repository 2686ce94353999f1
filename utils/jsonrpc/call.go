package jsonrpc

import (
	"context"
	"encoding/json"
	"fmt"
)

// Response is how a call ended.
type Response struct {
	Result json.RawMessage // the peer's result, null included; nil if Err is set
	// Err is an *[Error] that the peer sent, a *[MessageError] or
	// *[OversizeError] when the reply could not be read, [ErrInputEnded], or why
	// the connection ended.
	Err error
}

// Call is an outgoing request that waits for its reply. It is safe for
// concurrent use.
type Call struct {
	conn   *Conn
	id     ID
	method string
	done   func(Response)
}

// ID returns the ID of the request.
func (c *Call) ID() ID { return c.id }

// Method returns the method of the request.
func (c *Call) Method() string { return c.method }

// Forget says that nobody waits for the reply any more. It reports whether done
// will never be called because of that; otherwise it has been called or is being
// called. A reply that comes later is reported to [Hooks.Unmatched] and ignored.
func (c *Call) Forget() bool {
	c.conn.mu.Lock()
	defer c.conn.mu.Unlock()
	if c.conn.calls[c.id] != c {
		return false
	}
	delete(c.conn.calls, c.id)
	return true
}

// Go sends a request and does not wait for the reply. done is called exactly
// once, unless the call is forgotten or Go returns an error: with the reply, on
// the reading goroutine, before anything that the peer sent after it is looked
// at; or when no reply can come any more. It may be called before Go returns. It
// must not block and must not call [Conn.Close]; it may be nil.
//
// Go waits while the queue is full, until ctx is done. After it has returned,
// ctx has no effect on the call.
func (c *Conn) Go(ctx context.Context, method string, params any, done func(Response)) (*Call, error) {
	return c.GoID(ctx, c.ids.Next(), method, params, done)
}

// GoID is like [Conn.Go] with an ID of the caller's choice, such as one that
// [Counter.Next] gave before, or that of a question put to another connection
// too. It returns [ErrDuplicateID] when a call with this ID is open.
func (c *Conn) GoID(ctx context.Context, id ID, method string, params any, done func(Response)) (*Call, error) {
	s := newScratch()
	if err := s.request(id, method, params); err != nil {
		s.free()
		err = fmt.Errorf("request %s: %w", method, err)
		c.unencodable(method, id, err)
		return nil, err
	}
	call := &Call{conn: c, id: id, method: method, done: done}
	if err := c.register(call); err != nil {
		s.free()
		return nil, fmt.Errorf("request %s: %w", method, err)
	}
	if err := c.enqueue(ctx, s, nil, nil); err != nil {
		if !call.Forget() {
			return call, nil // done has been told
		}
		return nil, fmt.Errorf("request %s: %w", method, err)
	}
	return call, nil
}

func (c *Conn) register(call *Call) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !call.id.IsValid():
		return errInvalidID
	case c.ended:
		return c.cause
	case c.inputEnded:
		return ErrInputEnded
	case c.calls[call.id] != nil:
		return ErrDuplicateID
	}
	c.calls[call.id] = call
	return nil
}

// Call sends a request, waits for the reply and decodes its result into result
// with encoding/json, unless result is nil. A *[json.RawMessage] gets the result
// as it came. When ctx is done before the reply, Call returns its cause and the
// reply is ignored. An error object of the peer is returned as an *[Error].
//
// A handler may use Call: with the handler's ctx it does not count against
// [Options.MaxInFlight] while it waits.
func (c *Conn) Call(ctx context.Context, method string, params, result any) error {
	if r, ok := ctx.Value(answerKey{}).(*Responder); ok && r.conn == c {
		c.mu.Lock()
		c.releaseSlot(r)
		c.mu.Unlock()
	}
	replies := make(chan Response, 1)
	call, err := c.Go(ctx, method, params, func(r Response) { replies <- r })
	if err != nil {
		return err
	}
	var r Response
	select {
	case r = <-replies:
	case <-ctx.Done():
		if call.Forget() {
			return fmt.Errorf("request %s: %w", method, context.Cause(ctx))
		}
		r = <-replies
	}
	if r.Err != nil {
		return fmt.Errorf("request %s: %w", method, r.Err)
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(r.Result, result); err != nil {
		return fmt.Errorf("decode result of %s: %w", method, err)
	}
	return nil
}

// resolve completes the call that a reply belongs to, if there is one.
func (c *Conn) resolve(id ID, r Response) bool {
	c.mu.Lock()
	call := c.calls[id]
	if call == nil && c.opts.TextIDs {
		if n, ok := id.numeric(); ok {
			call = c.calls[n]
		}
	}
	if call != nil {
		delete(c.calls, call.id)
	}
	c.mu.Unlock()
	if call != nil {
		c.complete(call, r)
	}
	return call != nil
}

// complete runs the completion of a call that was removed from the open ones.
func (c *Conn) complete(call *Call, r Response) {
	if call.done == nil {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			c.panicked(call.method, p)
		}
	}()
	call.done(r)
}

// takeCalls removes all open calls. mu is held.
func (c *Conn) takeCalls() []*Call {
	calls := make([]*Call, 0, len(c.calls))
	for _, call := range c.calls {
		calls = append(calls, call)
	}
	clear(c.calls)
	return calls
}
