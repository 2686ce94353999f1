package v1

import (
	"context"
	"fmt"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// listener is one subscription of the client. All subscriptions of a
// conversation share one follower: the params of a notification do not say
// which of them it is for.
type listener struct {
	conversation protocol.ConversationID
	follower     *follower
}

// follower returns the follower of a conversation, or nil.
func (m *Methods) follower(id protocol.ConversationID) *follower {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.followers[id]
}

// addConversationListener subscribes to a conversation. What nobody has seen
// yet follows the response. (spec: app-server, addConversationListener)
func (m *Methods) addConversationListener(req *jsonrpc.Request, r *protocol.AddConversationListenerParams) (any, error) {
	c, err := m.b.Conversations.Get(r.ConversationID)
	if err != nil {
		return nil, replyError("", err)
	}
	id := protocol.NewSubscriptionID()
	f := m.follower(r.ConversationID) // nobody else changes that of this conversation
	fresh := f == nil || f.conversation != c
	if fresh {
		f = newFollower(m, c, req.Conn())
	}
	m.mu.Lock()
	m.followers[r.ConversationID] = f
	m.listeners[id] = &listener{conversation: r.ConversationID, follower: f}
	f.listeners++
	m.mu.Unlock()
	m.sent(req.Reply(&protocol.AddConversationSubscriptionResponse{SubscriptionID: id}, nil))
	if fresh {
		f.start()
	}
	return nil, nil
}

// removeConversationListener ends a subscription. The turn goes on, and so do
// questions that the client was asked already. (spec: app-server,
// removeConversationListener)
func (m *Methods) removeConversationListener(_ context.Context, r *protocol.RemoveConversationListenerParams) (*protocol.RemoveConversationSubscriptionResponse, error) {
	m.mu.Lock()
	l, ok := m.listeners[r.SubscriptionID]
	if !ok {
		m.mu.Unlock()
		return nil, replyError("", fmt.Errorf("%w: %s", errSubscription, r.SubscriptionID))
	}
	delete(m.listeners, r.SubscriptionID)
	f := l.follower
	f.listeners--
	last := f.listeners == 0
	if last && m.followers[l.conversation] == f {
		delete(m.followers, l.conversation)
	}
	m.mu.Unlock()
	if last {
		f.stop()
	}
	return &protocol.RemoveConversationSubscriptionResponse{}, nil
}
