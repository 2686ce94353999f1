package v1

import (
	"context"
	"errors"
	"sync"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// follower writes the events of one conversation to one connection. There is one
// for a conversation and a connection, however many listeners were added.
type follower struct {
	m            *Methods
	conversation *conversation.Conversation
	conn         *jsonrpc.Conn
	listeners    int // guarded by m.mu

	// gate is held by whoever causes events, until the response that must precede
	// them has its place in the outgoing queue. The follower passes it between
	// taking an event and sending it.
	gate sync.Mutex

	events *event.Subscription
	// joined is the last event that was published before the follower subscribed.
	joined uint64
	// missed are questions that were open when the follower subscribed. Those whose
	// event it does not get, because somebody else has seen it, it asks when it has
	// caught up. Only run uses them.
	missed   []approval.Request
	caughtUp bool // only run uses it

	ctx    context.Context // ends with the follower's listeners
	cancel context.CancelFunc
	ended  chan struct{} // closed when nothing will be sent any more

	// stepping is held from taking an event until it has its place in the outgoing
	// queue, so that stop leaves no event between.
	stepping sync.Mutex
	closed   bool // events is closed; guarded by stepping

	mu      sync.Mutex
	passed  uint64 // everything up to this event is in the outgoing queue
	over    bool   // passed will not grow
	waiting []waiting
}

// waiting is an answer that must follow an event.
type waiting struct {
	seq    uint64
	answer func()
}

// newFollower subscribes. Nothing is sent before start.
func newFollower(m *Methods, c *conversation.Conversation, conn *jsonrpc.Conn) *follower {
	events, snapshot := c.Join()
	f := &follower{
		m:            m,
		conversation: c,
		conn:         conn,
		events:       events,
		joined:       snapshot.Seq,
		// Taken behind the subscription, so that no question falls between.
		missed: c.Approvals().Open(),
		ended:  make(chan struct{}),
	}
	f.ctx, f.cancel = context.WithCancel(m.life)
	return f
}

// start begins to send events.
func (f *follower) start() {
	if !f.m.background.start(f.run) {
		f.end() // the connection is being closed
	}
}

// stop ends the follower. What it has taken is sent; what it has not waits for
// the next one. It waits for nothing that the client could hold up.
func (f *follower) stop() {
	f.cancel()
	f.stepping.Lock()
	if !f.closed {
		f.closed = true
		f.events.Close()
	}
	f.stepping.Unlock()
	f.release()
}

func (f *follower) run() {
	defer f.end()
	for {
		e, room, err := f.step()
		switch {
		case errors.Is(err, errQuiet):
			f.caughtUp = true
			f.askMissed()
			continue
		case errors.Is(err, event.ErrTooSlow):
			f.m.log.Error().Str("conversation", string(f.conversation.ID())).
				Msg("the client reads too slowly: its connection is closed")
			f.m.conn.End()
			return
		case err != nil:
			return // stopped, the conversation has ended, or the connection is broken
		}
		select { // the conversation waits for a client that does not read
		case <-room:
		case <-f.ctx.Done():
			return // an approval that is not asked now is open for the next follower
		}
		switch d := e.Detail.(type) {
		case *event.ApprovalAsked:
			f.ask(approval.Request{SubmissionID: e.SubmissionID, TurnID: e.TurnID, CallID: d.CallID, Question: e.Msg})
		case *event.ApprovalSettled:
			f.m.settled(question{f.conversation.ID(), e.TurnID, d.CallID})
		}
	}
}

var (
	// errQuiet says that there is no event now, once.
	errQuiet = errors.New("no event is waiting")
	// errStopped says that the follower was stopped.
	errStopped = errors.New("the follower was stopped")
)

// step takes the next event and gives its notification, if it has one, a place
// in the outgoing queue. room is closed when it is in. (spec: app-server,
// codex/event)
func (f *follower) step() (e event.Event, room <-chan struct{}, err error) {
	f.stepping.Lock()
	defer f.stepping.Unlock()
	if f.ctx.Err() != nil {
		return e, nil, errStopped
	}
	e, ok := f.events.TryNext()
	if !f.caughtUp && (!ok || e.Seq > f.joined) {
		f.pass(f.joined)
		if !ok {
			return e, nil, errQuiet
		}
	}
	if !ok {
		if e, err = f.events.Next(f.ctx); err != nil {
			return e, nil, err
		}
	}
	// A response that must precede the event is in the queue afterwards.
	f.gate.Lock()
	//lint:ignore SA2001 nothing is guarded, only waited for
	f.gate.Unlock()
	if _, last := e.Msg.(*protocol.ShutdownCompleteEvent); last {
		f.letInterruptsEnd(e.Seq)
	}
	room = noWait
	if e.Msg != nil {
		room, err = f.notify(e.SubmissionID, e.Msg)
	}
	if err == nil {
		f.pass(e.Seq)
		if _, aborted := e.Msg.(*protocol.TurnAbortedEvent); aborted {
			f.letInterruptAnswer()
		}
	}
	return e, room, err
}

// letInterruptAnswer waits for the answer to the oldest interrupt behind the end
// of a turn, which is on its way, so that no event comes between.
func (f *follower) letInterruptAnswer() {
	oldest := f.m.oldestInterrupt(f.conversation.ID())
	if oldest == nil {
		return
	}
	select {
	case <-oldest.answered:
	case <-f.ctx.Done():
	}
}

// letInterruptsEnd waits for the answers to the interrupts that have ended before
// the event with the sequence number seq, with which the conversation ends.
func (f *follower) letInterruptsEnd(seq uint64) {
	for {
		oldest := f.m.oldestInterrupt(f.conversation.ID())
		if oldest == nil {
			return
		}
		select {
		case <-oldest.ended:
			if oldest.seq >= seq {
				return // its answer stands behind the event
			}
		case <-oldest.answered:
			continue
		case <-f.ctx.Done():
			return
		}
		select {
		case <-oldest.answered:
		case <-f.ctx.Done():
			return
		}
	}
}

// noWait is the room of an event without a notification.
var noWait = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// notify gives the notification of an event a place in the outgoing queue. One
// that cannot be encoded is left out; the connection has logged it.
func (f *follower) notify(submission string, msg protocol.EventMsg) (room <-chan struct{}, err error) {
	n := protocol.EventNotification{ID: submission, Msg: msg, ConversationID: f.conversation.ID()}
	room, err = f.conn.Post(n.Method(), &n)
	if errors.Is(err, jsonrpc.ErrEncode) {
		return noWait, nil
	}
	return room, err
}

// after calls answer, which must not block, behind the event with the sequence
// number seq. It reports false, and does nothing, if the follower has ended.
func (f *follower) after(seq uint64, answer func()) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.over:
		return false
	case f.passed >= seq && len(f.waiting) == 0:
		answer() // under the lock, so that answers keep their order
	default:
		f.waiting = append(f.waiting, waiting{seq, answer})
		f.answer()
	}
	return true
}

// pass notes that everything up to an event is in the queue and gives the
// answers that waited for it.
func (f *follower) pass(seq uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.passed = max(f.passed, seq)
	f.answer()
}

// answer gives the answers that are due, in the order in which they were asked
// for. f.mu is held.
func (f *follower) answer() {
	for len(f.waiting) > 0 && (f.over || f.waiting[0].seq <= f.passed) {
		f.waiting[0].answer()
		f.waiting = f.waiting[1:]
	}
}

// release gives the answers that still wait.
func (f *follower) release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	f.answer()
}

// end ends the follower after run.
func (f *follower) end() {
	f.stop()
	close(f.ended)
}
