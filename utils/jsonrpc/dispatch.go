package jsonrpc

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// answerKey is the key under which a request's context holds its *Responder.
type answerKey struct{}

// errAnswered is the cause of a request's context after the request has ended.
var errAnswered = errors.New("request has ended")

// receive handles one message on the reading goroutine.
func (c *Conn) receive(text []byte) {
	m, err := ParseMessage(text)
	if err != nil {
		c.receiveMalformed(err)
		return
	}
	switch m.Kind {
	case KindResponse:
		c.receiveReply(m, Response{Result: m.Result})
	case KindError:
		c.receiveReply(m, Response{Err: m.Error})
	default:
		if m.BadID && c.hooks.BadID != nil {
			c.hooks.BadID(m.Method)
		}
		c.accept(m, text)
	}
}

func (c *Conn) receiveReply(m Message, r Response) {
	if !c.resolve(m.ID, r) && c.hooks.Unmatched != nil {
		c.hooks.Unmatched(m.ID, m.Kind)
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
	known := bad.ID.IsValid()
	if known && bad.Like != KindRequest && c.resolve(bad.ID, Response{Err: bad}) {
		return
	}
	switch c.opts.Malformed {
	case AnswerRequests:
		if known && bad.Like == KindRequest {
			c.refuse(bad.ID, Errorf(CodeInvalidRequest, "Invalid request: %s", bad.Reason))
		}
	case AnswerAll:
		if bad.Like == KindResponse || !known && !c.nullReplies.allow(time.Now()) {
			return
		}
		what := "Invalid request"
		if bad.Code == CodeParseError {
			what = "Parse error"
		}
		c.refuse(bad.ID, Errorf(bad.Code, "%s: %s", what, bad.Reason))
	}
}

// receiveOversize handles a message that was skipped: a request is answered with
// an error, and a call whose reply it was fails.
func (c *Conn) receiveOversize(e *OversizeError) {
	h := parseHead(e.Prefix)
	answered := h.like == KindRequest && h.id.IsValid()
	if c.hooks.Oversize != nil {
		c.hooks.Oversize(e.Size, e.Limit, h.id, answered)
	}
	switch {
	case answered:
		c.refuse(h.id, Errorf(CodeInvalidRequest, "Invalid request: message is longer than %d bytes", e.Limit))
	case h.id.IsValid():
		c.resolve(h.id, Response{Err: &OversizeError{Size: e.Size, Limit: e.Limit}})
	}
}

// task is an accepted request or notification and what is to be done with it.
type task struct {
	Work
	req   *Request
	waits int // claims that are not held yet; guarded by Conn.mu
}

// refuse answers a request that no router saw; an invalid ID is sent as null.
func (c *Conn) refuse(id ID, reason *Error) {
	c.schedule(&task{
		req: c.newRequest(Message{Kind: KindRequest, ID: id}, nil),
		Work: Work{
			Inline: true,
			Run:    func(context.Context, *Request) (any, error) { return nil, reason },
		},
	})
}

// accept asks the router about a request or notification and schedules it.
func (c *Conn) accept(m Message, text []byte) {
	r := c.newRequest(m, text)
	w := c.route(r)
	if w.Run == nil {
		if m.Kind == KindNotification {
			r.Cancel(errAnswered)
			return
		}
		w = Work{Inline: true, Run: methodNotFound}
	}
	t := &task{Work: w, req: r}
	r.task = t
	c.schedule(t)
}

func methodNotFound(_ context.Context, r *Request) (any, error) {
	return nil, Errorf(CodeMethodNotFound, "method not found: %s", r.Method)
}

func (c *Conn) newRequest(m Message, text []byte) *Request {
	answer := &Responder{conn: c, id: m.ID, method: m.Method, size: len(text)}
	if m.Kind == KindNotification {
		answer.reply = replyDone
	}
	ctx, cancel := context.WithCancelCause(c.ctx)
	answer.ctx, answer.cancel = context.WithValue(ctx, answerKey{}, answer), cancel
	return &Request{ID: m.ID, Method: m.Method, Params: m.Params, Raw: text, answer: answer}
}

// route calls the router. If it panics, the work is to say so.
func (c *Conn) route(r *Request) (w Work) {
	defer func() {
		if p := recover(); p != nil {
			c.panicked(r.Method, p)
			w = Work{Inline: true, Run: func(context.Context, *Request) (any, error) { return nil, errPanicked }}
		}
	}()
	return c.router.Route(r)
}

var errPanicked = &Error{Code: CodeInternalError, Message: "internal error"}

// schedule waits for a slot, on the reading goroutine, and carries out the task
// there if it is an inline one, else starts it or puts it in line.
func (c *Conn) schedule(t *task) {
	r := t.req.answer
	c.mu.Lock()
	for !c.hasSlot(r) && !c.ended && !c.draining {
		c.slotFree.Wait()
	}
	if c.ended || c.draining {
		c.mu.Unlock()
		r.cancel(errAnswered)
		if c.hooks.Refused != nil {
			c.hooks.Refused(r.method, r.id)
		}
		return
	}
	c.inFlight++
	c.inFlightBytes += r.size
	c.active++
	r.slot = true
	if r.reply != replyDone { // the router may have answered or given req away
		r.counted = true
		c.open++
	}
	begins := t.Inline || c.order.enter(t)
	c.mu.Unlock()
	switch {
	case t.Inline:
		c.carryOut(t)
		c.finish(t)
	case begins:
		c.start(t)
	}
}

// start carries out a task on a goroutine of its own, and then those that waited
// for nothing else.
func (c *Conn) start(t *task) {
	c.work.Go(func() {
		for t := t; t != nil; {
			c.carryOut(t)
			t = c.goOn(c.finish(t))
		}
	})
}

// goOn starts tasks except the first, which it returns.
func (c *Conn) goOn(ready []*task) *task {
	if len(ready) == 0 {
		return nil
	}
	for _, t := range ready[1:] {
		c.start(t)
	}
	return ready[0]
}

// hasSlot reports whether a request may be accepted now. mu is held.
func (c *Conn) hasSlot(r *Responder) bool {
	return c.inFlight == 0 ||
		c.inFlight < c.opts.MaxInFlight && c.inFlightBytes+r.size <= c.opts.MaxInFlightBytes
}

// finish ends the accounting of a task and returns those that may begin now.
func (c *Conn) finish(t *task) []*task {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.active--
	r := t.req.answer
	if r.size >= largeMessage {
		c.giveBackLater()
	}
	if r.handled = true; !r.parked {
		c.releaseSlot(r)
	}
	c.quiet.Broadcast()
	if t.Inline {
		return nil
	}
	return c.ready(c.order.leaveAll(t))
}

// ready returns the tasks that may begin, none after the end of the connection:
// then they and those that wait for them are forgotten. mu is held.
func (c *Conn) ready(tasks []*task) []*task {
	if !c.ended {
		return tasks
	}
	for len(tasks) > 0 {
		t := tasks[0]
		tasks = append(tasks[1:], c.order.leaveAll(t)...)
		c.active--
	}
	return nil
}

// carryOut runs the handler of a task and sees to the reply.
func (c *Conn) carryOut(t *task) {
	result, err := c.invoke(t)
	r := t.req.answer
	c.mu.Lock()
	deferred, reply := r.deferred, r.reply
	c.mu.Unlock()
	switch {
	case reply == replyOpen && (!deferred || err != nil):
		// Only the end of the connection stops a reply, and then nobody waits for
		// it. What cannot be encoded was reported where it was found.
		_ = c.answer(r, result, err)
	case reply == replyDone:
		r.cancel(errAnswered)
		if err != nil && t.req.IsNotification() && c.hooks.NotificationFailed != nil {
			c.hooks.NotificationFailed(r.method, err)
		}
	}
}

func (c *Conn) invoke(t *task) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.panicked(t.req.Method, p)
			result, err = nil, errPanicked
		}
	}()
	return t.Run(t.req.answer.ctx, t.req)
}

// claim takes the right to answer a request.
func (c *Conn) claim(r *Responder) error {
	c.mu.Lock()
	open := r.reply == replyOpen
	if open {
		r.reply = replyClaimed
	}
	c.mu.Unlock()
	if open {
		return nil
	}
	if c.hooks.DuplicateReply != nil {
		c.hooks.DuplicateReply(r.method, r.id)
	}
	return ErrReplied
}

// answer sends the reply to a request, if it has none yet, and does not wait for
// room in the queue.
func (c *Conn) answer(r *Responder, result any, failure error) error {
	if err := c.claim(r); err != nil {
		return err
	}
	s := newScratch()
	sp, reported := c.encodeReply(s, r, result, failure)
	_, err := c.place(s, sp, func() { c.admitted(r) }, func(cost int) { c.parked(r, cost) })
	if err != nil { // the end of the connection
		c.mu.Lock()
		c.settle(r)
		c.mu.Unlock()
		return fmt.Errorf("reply to %s: %w", r.method, err)
	}
	r.cancel(errAnswered)
	return reported
}

// reply sends the reply to a request, if it has none yet, and waits for room in
// the queue.
func (c *Conn) reply(ctx context.Context, r *Responder, result any, failure error) error {
	if err := c.claim(r); err != nil {
		return err
	}
	s := newScratch()
	sp, reported := c.encodeReply(s, r, result, failure)
	err := c.enqueue(ctx, s, sp, func() { c.settle(r) })
	if err != nil {
		c.mu.Lock()
		if c.ended {
			c.settle(r)
		} else {
			r.reply = replyOpen // ctx was done first: somebody may try again
		}
		c.mu.Unlock()
		return fmt.Errorf("reply to %s: %w", r.method, err)
	}
	r.cancel(errAnswered)
	return reported
}

func (c *Conn) discard(r *Responder) error {
	c.mu.Lock()
	if r.reply != replyOpen {
		c.mu.Unlock()
		return ErrReplied
	}
	c.settle(r)
	c.mu.Unlock()
	r.cancel(errAnswered)
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
