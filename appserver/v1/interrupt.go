package v1

import (
	"context"
	"slices"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// maxInterrupts is how many interrupts of a connection may wait for their end.
// Further ones wait for them.
const maxInterrupts = 256

// interruptConversation aborts the running turn. It is answered when that is
// done, behind the notification that says so, and also when no turn runs, when
// the turn ends by itself, or when nobody listens. (spec: app-server,
// interruptConversation)
func (m *Methods) interruptConversation(ctx context.Context, req *jsonrpc.Request, r *protocol.InterruptConversationParams) (any, error) {
	c, err := m.b.Conversations.Get(r.ConversationID)
	if err != nil {
		return nil, replyError("", err)
	}
	select {
	case m.interrupts <- struct{}{}:
	case <-ctx.Done():
		return nil, replyError("error interrupting the conversation", ctx.Err())
	}
	// In line before it can have an effect, so that the follower knows of it.
	previous, done := m.queueInterrupt(r.ConversationID)
	ended, err := c.Interrupt(ctx)
	if err != nil {
		m.interruptDone(r.ConversationID, done)
		return nil, replyError("error interrupting the conversation", err)
	}
	reply := req.Defer()
	answer := func() {
		defer m.interruptDone(r.ConversationID, done)
		select {
		case end := <-ended:
			if previous != nil {
				<-previous
			}
			respond := func() {
				m.sent(reply.Post(&protocol.InterruptConversationResponse{AbortReason: end.Reason}, nil))
			}
			if f := m.follower(r.ConversationID); f == nil || f.conversation != c || !f.after(end.Seq, respond) {
				respond()
			}
		case <-m.life.Done():
			m.sent(reply.Post(nil, replyError("error interrupting the conversation", errClosing)))
		}
	}
	if !m.background.start(answer) {
		m.interruptDone(r.ConversationID, done)
		return nil, replyError("error interrupting the conversation", errClosing)
	}
	return nil, nil
}

// queueInterrupt puts an interrupt behind the others of its conversation, so that
// answers come in the order of arrival. previous is closed when the one before has
// its answer, or nil.
func (m *Methods) queueInterrupt(id protocol.ConversationID) (previous, done chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	queue := m.interrupted[id]
	if len(queue) > 0 {
		previous = queue[len(queue)-1]
	}
	done = make(chan struct{})
	m.interrupted[id] = append(queue, done)
	return previous, done
}

// interruptDone lets go of an interrupt that has its answer.
func (m *Methods) interruptDone(id protocol.ConversationID, done chan struct{}) {
	m.mu.Lock()
	queue := slices.DeleteFunc(m.interrupted[id], func(c chan struct{}) bool { return c == done })
	if m.interrupted[id] = queue; len(queue) == 0 {
		delete(m.interrupted, id)
	}
	m.mu.Unlock()
	close(done)
	<-m.interrupts
}

// oldestInterrupt returns a channel that is closed when the oldest interrupt of a
// conversation has its answer, or nil.
func (m *Methods) oldestInterrupt(id protocol.ConversationID) <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if queue := m.interrupted[id]; len(queue) > 0 {
		return queue[0]
	}
	return nil
}

// waitInterrupts waits until every interrupt of a conversation that has ended is
// answered, or for ctx.
func (m *Methods) waitInterrupts(ctx context.Context, id protocol.ConversationID) {
	for {
		oldest := m.oldestInterrupt(id)
		if oldest == nil {
			return
		}
		select {
		case <-oldest:
		case <-ctx.Done():
			return
		}
	}
}
