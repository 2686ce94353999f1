package jsonrpc

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// requestKey is the key under which a handler's context holds its *Request.
type requestKey struct{}

// errEnded is the cause of a request's context after the request was answered.
var errEnded = errors.New("request has ended")

// receive handles one message on the reading goroutine.
func (c *Conn) receive(text []byte) {
	m, err := ParseMessage(text)
	if err != nil {
		c.receiveMalformed(err)
		return
	}
	switch m.Kind {
	case KindResponse:
		c.resolve(m.ID, m.Kind, Response{Result: m.Result})
	case KindError:
		c.resolve(m.ID, m.Kind, Response{Err: m.Error})
	default:
		if m.BadID && c.hooks.BadID != nil {
			c.hooks.BadID(m.Method)
		}
		c.accept(m, text)
	}
}

func (c *Conn) receiveMalformed(err error) {
	var bad *MessageError
	if !errors.As(err, &bad) {
		return // not reached: ParseMessage returns nothing else
	}
	if c.hooks.Malformed != nil {
		c.hooks.Malformed(bad)
	}
	if !c.opts.AnswerMalformed || bad.Reply {
		return
	}
	if bad.ID.IsValid() || c.nullReplies.allow(time.Now()) {
		c.refuse(bad.ID, Errorf(bad.Code, "%s", malformedMessage(bad)))
	}
}

func malformedMessage(bad *MessageError) string {
	if bad.Code == CodeParseError {
		return "Parse error: " + bad.Reason
	}
	return "Invalid request: " + bad.Reason
}

// receiveOversize handles a message that was skipped: a request is answered with
// an error, and a call whose reply it was fails.
func (c *Conn) receiveOversize(e *OversizeError) {
	h := parseHead(e.Prefix)
	reason := Errorf(CodeInvalidRequest, "Invalid request: message is longer than %d bytes", e.Limit)
	answered := h.asks && h.id.IsValid()
	if c.hooks.Oversize != nil {
		c.hooks.Oversize(e.Size, e.Limit, h.id, answered)
	}
	switch {
	case answered:
		c.refuse(h.id, reason)
	case h.reply && h.id.IsValid():
		c.resolve(h.id, KindResponse, Response{Err: e})
	}
}

// refuse answers a request that no router saw; an invalid ID is sent as null.
// The reply goes the way of every other, so that the reading goroutine never
// waits for the outgoing queue.
func (c *Conn) refuse(id ID, reason *Error) {
	r := c.newRequest(Message{Kind: KindRequest, ID: id}, nil)
	r.run = func(context.Context, *Request) (any, error) { return nil, reason }
	c.schedule(r)
}

// accept asks the router about a request or notification and schedules it.
func (c *Conn) accept(m Message, text []byte) {
	r := c.newRequest(m, text)
	w := c.route(r)
	if w.Run == nil {
		if m.Kind == KindNotification {
			r.cancel(errEnded)
			return
		}
		w.Run = methodNotFound
	}
	r.run, r.key = w.Run, w.Key
	c.schedule(r)
}

func methodNotFound(_ context.Context, r *Request) (any, error) {
	return nil, Errorf(CodeMethodNotFound, "method not found: %s", r.Method)
}

func (c *Conn) newRequest(m Message, text []byte) *Request {
	r := &Request{ID: m.ID, Method: m.Method, Params: m.Params, Raw: text, conn: c}
	if m.Kind == KindNotification {
		r.reply = replyDone
	}
	ctx, cancel := context.WithCancelCause(c.ctx)
	r.ctx, r.cancel = context.WithValue(ctx, requestKey{}, r), cancel
	return r
}

// route calls the router. If it panics, the work is to say so.
func (c *Conn) route(r *Request) (w Work) {
	defer func() {
		if p := recover(); p != nil {
			c.panicked(r.Method, p)
			w = Work{Run: func(context.Context, *Request) (any, error) { return nil, errPanicked }}
		}
	}()
	return c.router.Route(r)
}

var errPanicked = &Error{Code: CodeInternalError, Message: "internal error"}

// schedule waits for a slot, on the reading goroutine, and starts the work or
// puts it in the lane of its key.
func (c *Conn) schedule(r *Request) {
	c.mu.Lock()
	for c.inFlight >= c.maxInFlight && !c.ended && !c.draining {
		c.slotFree.Wait()
	}
	if c.ended || c.draining {
		c.mu.Unlock()
		r.cancel(errEnded)
		if c.hooks.Refused != nil {
			c.hooks.Refused(r.Method, r.ID)
		}
		return
	}
	c.inFlight++
	c.active++
	r.slot = true
	if r.reply == replyOpen {
		c.open++
	}
	if r.key != "" {
		if l := c.lanes[r.key]; l != nil {
			l.waiting = append(l.waiting, r)
			c.mu.Unlock()
			return
		}
		c.lanes[r.key] = new(lane)
	}
	c.mu.Unlock()
	c.work.Go(func() { c.runLane(r) })
}

// runLane carries out a work and those that wait in its lane.
func (c *Conn) runLane(r *Request) {
	for r != nil {
		c.carryOut(r)
		r = c.next(r)
	}
}

// next ends the accounting of a work and returns the one that follows it.
func (c *Conn) next(r *Request) *Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.active--
	c.releaseSlot(r)
	c.quiet.Broadcast()
	if r.key == "" {
		return nil
	}
	l := c.lanes[r.key]
	if len(l.waiting) == 0 || c.ended {
		c.active -= len(l.waiting)
		delete(c.lanes, r.key)
		return nil
	}
	following := l.waiting[0]
	l.waiting = l.waiting[1:]
	return following
}

// carryOut runs the handler of a work and sees to the reply.
func (c *Conn) carryOut(r *Request) {
	result, err := c.invoke(r)
	c.mu.Lock()
	owed := r.reply != replyDone
	deferred := r.deferred
	// A deferred reply that was claimed is being sent by somebody else.
	mine := owed && (!deferred || err != nil && r.reply == replyOpen)
	c.mu.Unlock()
	if mine {
		// Only the end of the connection stops a reply, and then nobody waits for
		// it. What cannot be encoded was reported where it was found.
		_ = c.reply(context.Background(), r, result, err)
		return
	}
	if owed {
		return
	}
	r.cancel(errEnded)
	if err != nil && r.IsNotification() && c.hooks.NotificationFailed != nil {
		c.hooks.NotificationFailed(r.Method, err)
	}
}

func (c *Conn) invoke(r *Request) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.panicked(r.Method, p)
			result, err = nil, errPanicked
		}
	}()
	return r.run(r.ctx, r)
}

// reply sends the reply of a request, if it has none yet.
func (c *Conn) reply(ctx context.Context, r *Request, result any, failure error) error {
	c.mu.Lock()
	if r.reply != replyOpen {
		c.mu.Unlock()
		if c.hooks.DuplicateReply != nil {
			c.hooks.DuplicateReply(r.Method, r.ID)
		}
		return ErrReplied
	}
	r.reply = replyClaimed
	c.mu.Unlock()

	s := newScratch()
	sp, reported := c.encodeReply(s, r, result, failure)
	err := c.enqueue(ctx, s, sp, func() { c.settle(r) })
	if err != nil {
		c.mu.Lock()
		if c.ended {
			c.settle(r)
		} else {
			r.reply = replyOpen // ctx ended first: somebody may try again
		}
		c.mu.Unlock()
		return fmt.Errorf("reply to %s: %w", r.Method, err)
	}
	r.cancel(errEnded)
	return reported
}

func (c *Conn) discard(r *Request) error {
	c.mu.Lock()
	if r.reply != replyOpen {
		c.mu.Unlock()
		return ErrReplied
	}
	c.settle(r)
	c.mu.Unlock()
	r.cancel(errEnded)
	return nil
}

// limiter lets a burst of events through, then a few in a second. It is used by
// one goroutine.
type limiter struct {
	tokens int
	filled time.Time
}

const (
	limiterBurst    = 16
	limiterInterval = 100 * time.Millisecond // in which one token comes back
)

func newLimiter() *limiter { return &limiter{tokens: limiterBurst} }

func (l *limiter) allow(now time.Time) bool {
	if n := int(now.Sub(l.filled) / limiterInterval); n > 0 {
		l.tokens = min(limiterBurst, l.tokens+n)
		l.filled = now
	}
	if l.tokens == 0 {
		return false
	}
	l.tokens--
	return true
}
