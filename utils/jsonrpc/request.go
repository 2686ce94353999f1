package jsonrpc

import (
	"context"
	"encoding/json"
)

// Router decides what is done with each request and notification of the peer.
type Router interface {
	// Route is called on the reading goroutine, in the order of arrival, and must
	// not block: while it runs, no reply of the peer is seen. It may keep req.
	Route(req *Request) Work
}

// RouterFunc is a function that is a [Router].
type RouterFunc func(req *Request) Work

// Route calls f.
func (f RouterFunc) Route(req *Request) Work { return f(req) }

// Handler carries out one request or notification. What it returns is the
// reply, unless it called [Request.Defer]; for a notification an error is
// reported to the hooks. A result may be an [Appender], a [Stream], or anything
// that encoding/json encodes; nil is null. ctx is done when the request is
// cancelled or answered, or when the connection ends; at the end of the peer's
// input it is not.
type Handler func(ctx context.Context, req *Request) (result any, err error)

// Work is what a [Router] wants done.
type Work struct {
	// Changes and Reads name what the work has to do with, each name once. A work
	// waits for the earlier ones that change what it changes or reads, and for
	// those that read what it changes, until their handlers have returned or let
	// go of it with [Request.Release]. Works that have nothing in common run
	// concurrently. The slices must not change afterwards.
	Changes, Reads []string
	// Inline has the work carried out on the reading goroutine, for answers that
	// are at hand: they come in the order of the requests. Run must not block; the
	// work waits for nothing and must not call [Conn.Call].
	Inline bool
	// Run carries out the work, on a goroutine of its own unless it is inline.
	// Without it a notification is done with, and a request is answered with
	// [CodeMethodNotFound].
	Run Handler
}

// Request is a request or notification of the peer. Its fields do not change and
// share memory, which lasts as long as the Request is kept.
type Request struct {
	ID     ID              // not valid for a notification
	Method string          // as received
	Params json.RawMessage // nil when absent or null; not to be changed
	// Raw is the whole message, for members beside params. Not to be changed.
	Raw json.RawMessage

	answer *Responder
	task   *task
}

// IsNotification reports whether no reply is due.
func (r *Request) IsNotification() bool { return !r.ID.IsValid() }

// Conn returns the connection on which the request came.
func (r *Request) Conn() *Conn { return r.answer.conn }

// Context returns the context that the handler gets. A deferred reply keeps it
// alive after the handler has returned.
func (r *Request) Context() context.Context { return r.answer.ctx }

// Cancel cancels the request's context with a cause, [context.Canceled] if it is
// nil. It does not answer the request. A router may call it.
func (r *Request) Cancel(cause error) { r.answer.cancel(cause) }

// Reply answers the request before its handler has returned, with what a
// [Handler] may return, so that the handler can send something behind the reply.
// It never waits: when the queue is full the reply gets the place behind those
// that wait, and the request counts against [Options.MaxInFlight] until there is
// room. The request's context is done afterwards, and what the handler returns is
// ignored. The errors are those of [Responder.Reply].
func (r *Request) Reply(result any, err error) error {
	return r.answer.conn.answer(r.answer, result, err)
}

// Release lets go of what the work changes or reads under a name, so that the
// next works need not wait for the rest of the handler. The handler calls it.
func (r *Request) Release(name string) {
	c := r.answer.conn
	c.mu.Lock()
	ready := c.ready(c.order.leave(name, r.task, nil))
	c.mu.Unlock()
	for _, t := range ready {
		c.start(t)
	}
}

// Defer says that the request is answered later, through the Responder, from
// any goroutine. The handler's result is then ignored; an error that it returns,
// or its panic, answers the request if that has not happened yet. A deferred
// request does not count against [Options.MaxInFlight] and does not hold up
// others once its handler has returned. Every call returns
// the same Responder, which keeps nothing of the request's text in memory.
func (r *Request) Defer() *Responder {
	c := r.answer.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	r.answer.deferred = true
	c.releaseSlot(r.answer)
	return r.answer
}

// Responder answers one request exactly once. It is safe for concurrent use.
type Responder struct {
	conn   *Conn
	id     ID
	method string
	ctx    context.Context
	cancel context.CancelCauseFunc

	// Guarded by conn.mu.
	size     int        // of the request and of its parked reply, in bytes
	deferred bool       // the handler's return values are not the reply
	slot     bool       // counts in state.inFlight
	parked   bool       // the reply waits for room and keeps the slot
	handled  bool       // the handler has returned
	counted  bool       // counts in state.open until it is answered
	reply    replyState // whether the request has been answered
}

type replyState uint8

const (
	replyOpen    replyState = iota
	replyClaimed            // somebody is encoding or queueing the reply
	replyDone               // queued or discarded, or none is due
)

// ID returns the ID of the request.
func (r *Responder) ID() ID { return r.id }

// Method returns the method of the request.
func (r *Responder) Method() string { return r.method }

// Context returns the context of the request, which is done when it has been
// answered or cancelled, or the connection has ended.
func (r *Responder) Context() context.Context { return r.ctx }

// Reply queues the reply: err as an error object if it is not nil (see [Error]),
// else the result, which is what a [Handler] may return. It waits while the
// queue is full, until ctx is done; when it fails because of ctx, nothing was
// sent and Reply may be called again. A result that cannot be encoded, or a
// [Stream] that fails, is answered with an error, and Reply returns why. A second
// reply is not sent and returns [ErrReplied].
//
// When Reply has returned nil, every message that is sent after it follows the
// reply on the wire.
func (r *Responder) Reply(ctx context.Context, result any, err error) error {
	return r.conn.reply(ctx, r, result, err)
}

// Post is like [Responder.Reply] but never waits: where there is no room in the
// queue, the reply gets the place behind those that wait. Nothing bounds how many
// may wait.
func (r *Responder) Post(result any, err error) error { return r.conn.answer(r, result, err) }

// Discard ends the request without a reply, for protocols in which a cancelled
// request is not answered. It returns [ErrReplied] when the request has been
// answered.
func (r *Responder) Discard() error { return r.conn.discard(r) }
