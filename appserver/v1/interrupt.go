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
	i := m.queueInterrupt(r.ConversationID)
	ended, err := c.Interrupt(ctx)
	if err != nil {
		m.interruptAnswered(r.ConversationID, i)
		return nil, replyError("error interrupting the conversation", err)
	}
	reply := req.Defer()
	answer := func() {
		defer m.interruptAnswered(r.ConversationID, i)
		select {
		case end := <-ended:
			i.seq = end.Seq
			close(i.ended)
			if i.previous != nil {
				<-i.previous.answered
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
		m.interruptAnswered(r.ConversationID, i)
		return nil, replyError("error interrupting the conversation", errClosing)
	}
	return nil, nil
}

// interrupt is one that waits for its answer.
type interrupt struct {
	previous *interrupt    // the one before, if it waited too
	ended    chan struct{} // closed when what it interrupts has ended
	seq      uint64        // the last event of that, once ended is closed
	answered chan struct{} // closed when it has its answer
}

// queueInterrupt puts an interrupt behind the others of its conversation, so that
// answers come in the order of arrival.
func (m *Methods) queueInterrupt(id protocol.ConversationID) *interrupt {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := &interrupt{ended: make(chan struct{}), answered: make(chan struct{})}
	queue := m.interrupted[id]
	if len(queue) > 0 {
		i.previous = queue[len(queue)-1]
	}
	m.interrupted[id] = append(queue, i)
	return i
}

// interruptAnswered lets go of an interrupt that has its answer.
func (m *Methods) interruptAnswered(id protocol.ConversationID, i *interrupt) {
	m.mu.Lock()
	queue := slices.DeleteFunc(m.interrupted[id], func(other *interrupt) bool { return other == i })
	if m.interrupted[id] = queue; len(queue) == 0 {
		delete(m.interrupted, id)
	}
	m.mu.Unlock()
	i.previous = nil // or each would keep all before it
	close(i.answered)
	<-m.interrupts
}

// oldestInterrupt returns the oldest interrupt of a conversation that has no
// answer yet, or nil.
func (m *Methods) oldestInterrupt(id protocol.ConversationID) *interrupt {
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
		case <-oldest.answered:
		case <-ctx.Done():
			return
		}
	}
}
