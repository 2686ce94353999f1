package v1

import (
	"context"
	"sync"

	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// follower writes the events of one conversation to one connection.
type follower struct {
	m            *Methods
	conversation *conversation.Conversation
	conn         *jsonrpc.Conn
	listeners    int // guarded by m.mu

	// gate is held while a notification enters the outgoing queue, and by
	// whoever causes events, until the response that must precede them is in
	// the queue too.
	gate sync.Mutex

	events *event.Subscription
	ctx    context.Context // ends with the follower's listeners
	cancel context.CancelFunc
	ended  chan struct{} // closed when no event will be written any more

	mu      sync.Mutex
	written uint64 // sequence number of the last event that was written
	over    bool   // ended
	waiting []waiting
	asked   map[string]*jsonrpc.Call // open questions by call id
}

// waiting is an answer that must follow an event.
type waiting struct {
	seq    uint64
	answer func()
}

// newFollower subscribes. Nothing is written before start.
func newFollower(m *Methods, c *conversation.Conversation, conn *jsonrpc.Conn) *follower {
	f := &follower{
		m:            m,
		conversation: c,
		conn:         conn,
		events:       c.Subscribe(),
		ended:        make(chan struct{}),
		asked:        make(map[string]*jsonrpc.Call),
	}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	return f
}

// start begins to write events.
func (f *follower) start() { f.m.background.Go(f.run) }

// stop ends the follower when it has written the event it is at, or no longer
// waits for that when ctx ends. What it has not read waits for the next one.
func (f *follower) stop(ctx context.Context) error {
	f.cancel()
	select {
	case <-f.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *follower) run() {
	defer f.end()
	for {
		e, err := f.events.Next(f.ctx)
		if err != nil {
			return // stopped, or the conversation has ended
		}
		if !f.write(&e) {
			return // the connection is broken
		}
		f.passed(e.Seq)
	}
}

// write writes the notification of an event, if it has one, and what must
// follow it. (spec: app-server, codex/event)
func (f *follower) write(e *event.Event) bool {
	if e.Msg != nil {
		n := protocol.EventNotification{ID: e.SubmissionID, Msg: e.Msg, ConversationID: f.conversation.ID()}
		f.gate.Lock()
		err := f.conn.Notify(context.Background(), n.Method(), &n)
		f.gate.Unlock()
		if err != nil && f.conn.Err() != nil {
			return false
		}
	}
	switch d := e.Detail.(type) {
	case *event.ApprovalAsked:
		f.ask(e)
	case *event.ApprovalSettled:
		f.settled(d.CallID)
	}
	return true
}

// after calls answer behind the event with the sequence number seq. It reports
// false, and does nothing, if the follower has ended.
func (f *follower) after(seq uint64, answer func()) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		return false
	}
	if f.written >= seq {
		// Under the lock, so that answers keep their order.
		answer()
		return true
	}
	f.waiting = append(f.waiting, waiting{seq, answer})
	return true
}

// passed notes that an event was written and gives the answers that waited for
// it.
func (f *follower) passed(seq uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.written = seq
	rest := f.waiting[:0]
	for _, w := range f.waiting {
		if w.seq <= seq {
			w.answer()
		} else {
			rest = append(rest, w)
		}
	}
	f.waiting = rest
}

// end releases everything that waits for the follower.
func (f *follower) end() {
	f.cancel()
	f.events.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	for _, w := range f.waiting {
		w.answer()
	}
	f.waiting = nil
	close(f.ended)
}
