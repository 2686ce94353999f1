package jsonrpc

import (
	"context"
	"sync"
	"time"
)

// state is everything about a connection that changes. Its lock is held for a
// few instructions at a time: never while encoding, reading, writing, or calling
// code of others.
type state struct {
	mu sync.Mutex

	// ended is set once, by Conn.end, when nothing more can be sent. Then out is
	// empty and stays so, calls is empty and stays so, and cause is set.
	ended bool
	// cause is why the connection ended: [ErrClosed], an [ErrBrokenPipe], or nil
	// before the end.
	cause error
	// draining is set once, by Drain or Shutdown: requests that come after it are
	// refused.
	draining bool
	// inputEnded is set once, when the reading goroutine has seen the last
	// message. No call is registered after that.
	inputEnded bool
	// inputErr is why the input ended, nil for a regular end.
	inputErr error

	// calls are the outgoing requests that wait for a reply. A call is in the map
	// exactly as long as its completion may still run; who removes it runs it.
	calls map[ID]*Call

	// order holds back works until earlier ones have ended that they have to do
	// with. Whoever ends one begins those that waited for it alone.
	order order
	// inFlight counts the accepted works that hold a slot (Responder.slot): from
	// acceptance to the end of the handler, and on while its reply waits for room
	// in out, but not after it deferred its reply or made a call to the peer. It
	// never exceeds Options.MaxInFlight.
	inFlight int
	// inFlightBytes is the length of the messages of the same works, and of their
	// replies that wait for room. No work is accepted that would take it beyond
	// Options.MaxInFlightBytes, unless it is the only one.
	inFlightBytes int
	// active counts the accepted works whose handler has not ended.
	active int
	// open counts the accepted requests that have not been answered
	// (Responder.counted).
	open int

	// out is the outgoing queue. writing says that the writer has a segment of it
	// in hand, of which the transport has taken something at the time moved; idle
	// says that the writer waits for one.
	out     outbox
	writing bool
	moved   time.Time
	idle    bool

	// Conditions, all on mu.
	writable sync.Cond // for the writer: out has a segment, or the end
	slotFree sync.Cond // for the reader: inFlight fell, or the end
	quiet    sync.Cond // for Shutdown and Flush: active, open or out became empty, or the end
}

func newState(limit int) *state {
	s := &state{
		calls: make(map[ID]*Call),
		order: order{lines: make(map[string][]claim)},
		out:   outbox{limit: limit},
	}
	s.writable.L, s.slotFree.L, s.quiet.L = &s.mu, &s.mu, &s.mu
	return s
}

// flushed reports whether everything queued has been handed to the transport.
func (s *state) flushed() bool {
	return len(s.out.segments) == 0 && len(s.out.waiting) == 0 && !s.writing
}

// drained reports whether no accepted work is left.
func (s *state) drained() bool { return s.active == 0 && s.open == 0 }

// waitQuiet waits, with mu held, until ready holds, the connection has ended or
// ctx is done.
func (s *state) waitQuiet(ctx context.Context, ready func() bool) error {
	done := false
	err := s.waitUntil(ctx, func() bool {
		done = ready()
		return done || s.ended
	})
	if err == nil && !done {
		return s.cause
	}
	return err
}

// waitUntil waits, with mu held, until ready holds or ctx is done.
func (s *state) waitUntil(ctx context.Context, ready func() bool) error {
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.quiet.Broadcast()
	})
	defer stop()
	for !ready() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		s.quiet.Wait()
	}
	return nil
}

// releaseSlot gives back the slot of a work, once. mu is held.
func (s *state) releaseSlot(r *Responder) {
	if r.slot {
		r.slot = false
		s.inFlight--
		s.inFlightBytes -= r.size
		s.slotFree.Signal()
	}
}

// parked notes that a reply of some length waits for room: its slot is kept, so
// that a peer that does not read cannot have replies pile up. mu is held.
func (s *state) parked(r *Responder, cost int) {
	r.parked = true
	if r.slot {
		r.size += cost
		s.inFlightBytes += cost
	}
}

// admitted notes that a reply has entered the queue. mu is held.
func (s *state) admitted(r *Responder) {
	s.settle(r)
	r.parked = false
	if r.handled {
		s.releaseSlot(r)
	}
}

// settle marks a request as answered. mu is held.
func (s *state) settle(r *Responder) {
	if r.reply == replyDone {
		return
	}
	r.reply = replyDone
	if r.counted {
		s.open--
		s.quiet.Broadcast()
	}
}
