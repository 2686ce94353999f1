package v1

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// Methods are the methods of one connection.
type Methods struct {
	b    *Backend
	conn Connection
	log  zerolog.Logger

	// ctx ends when the connection's input has ended: what nobody will read
	// any more stops then.
	ctx    context.Context
	cancel context.CancelFunc
	// handlers counts the requests that were routed and not yet handled.
	handlers sync.WaitGroup
	// background counts everything else that runs for the connection.
	background sync.WaitGroup

	mu        sync.Mutex
	followers map[protocol.ConversationID]*follower
	listeners map[protocol.SubscriptionID]*listener // also of conversations that ended
}

// New returns the methods of a connection.
func New(b *Backend, conn Connection) *Methods {
	m := &Methods{
		b:         b,
		conn:      conn,
		log:       b.Log,
		followers: make(map[protocol.ConversationID]*follower),
		listeners: make(map[protocol.SubscriptionID]*listener),
	}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	return m
}

// Handles reports whether r is a request of this generation.
func (m *Methods) Handles(r protocol.ClientRequest) bool {
	_, initialize := r.(*protocol.InitializeParams)
	return !initialize
}

// Route returns how to carry out a request. It is called on the reading
// goroutine, in the order of arrival, and does not block.
func (m *Methods) Route(r protocol.ClientRequest) jsonrpc.Work {
	m.handlers.Add(1)
	return jsonrpc.Work{Key: m.key(r), Run: func(ctx context.Context, req *jsonrpc.Request) (any, error) {
		defer m.handlers.Done()
		return m.handle(ctx, req, r)
	}}
}

// key names the line that a request waits in. What belongs to one conversation
// keeps its order, and so do logins and writers of the configuration among
// themselves. (spec: app-server, do better, concurrency)
func (m *Methods) key(r protocol.ClientRequest) string {
	switch r := r.(type) {
	case *protocol.SendUserMessageParams:
		return conversationKey(r.ConversationID)
	case *protocol.SendUserTurnParams:
		return conversationKey(r.ConversationID)
	case *protocol.InterruptConversationParams:
		return conversationKey(r.ConversationID)
	case *protocol.AddConversationListenerParams:
		return conversationKey(r.ConversationID)
	case *protocol.ArchiveConversationParams:
		return conversationKey(r.ConversationID)
	case *protocol.RemoveConversationListenerParams:
		m.mu.Lock()
		defer m.mu.Unlock()
		if l, ok := m.listeners[r.SubscriptionID]; ok {
			return conversationKey(l.conversation)
		}
	case *protocol.ResumeConversationParams:
		return resumeKey(r.Path)
	case *protocol.LoginAPIKeyParams, *protocol.LoginChatGPTParams, *protocol.CancelLoginChatGPTParams,
		*protocol.LogoutChatGPTParams, *protocol.GetAuthStatusParams:
		return "auth"
	case *protocol.SetDefaultModelParams, *protocol.GetUserSavedConfigParams:
		return "config"
	}
	return ""
}

func conversationKey(id protocol.ConversationID) string { return "conversation " + string(id) }

// handle carries out a request.
func (m *Methods) handle(ctx context.Context, req *jsonrpc.Request, r protocol.ClientRequest) (any, error) {
	switch r := r.(type) {
	case *protocol.NewConversationParams:
		return m.newConversation(ctx, r)
	case *protocol.SendUserMessageParams:
		return m.sendUserMessage(ctx, req, r)
	case *protocol.SendUserTurnParams:
		return m.sendUserTurn(ctx, req, r)
	case *protocol.InterruptConversationParams:
		return m.interruptConversation(ctx, req, r)
	case *protocol.AddConversationListenerParams:
		return m.addConversationListener(ctx, req, r)
	case *protocol.RemoveConversationListenerParams:
		return m.removeConversationListener(ctx, r)
	case *protocol.ListConversationsParams:
		return m.listConversations(ctx, r)
	case *protocol.ResumeConversationParams:
		return m.resumeConversation(ctx, req, r)
	case *protocol.ArchiveConversationParams:
		return m.archiveConversation(ctx, r)
	case *protocol.GitDiffToRemoteParams:
		return m.gitDiffToRemote(ctx, r)
	case *protocol.LoginAPIKeyParams:
		return m.loginAPIKey(ctx, req, r)
	case *protocol.LogoutChatGPTParams:
		return m.logout(ctx, req)
	case *protocol.GetAuthStatusParams:
		return m.getAuthStatus(ctx, r)
	case *protocol.UserInfoParams:
		return &protocol.UserInfoResponse{AllegedUserEmail: m.b.Auth.Email()}, nil
	case *protocol.GetUserSavedConfigParams:
		return m.getUserSavedConfig(ctx)
	case *protocol.SetDefaultModelParams:
		return m.setDefaultModel(ctx, r)
	case *protocol.ExecOneOffCommandParams:
		return m.execOneOffCommand(ctx, r)
	case *protocol.GetUserAgentParams:
		return &protocol.GetUserAgentResponse{UserAgent: m.conn.Identity().UserAgent()}, nil
	}
	return nil, Undecodable(fmt.Errorf("method %q is not available", r.Method()))
}

// Stop ends what nobody will read the result of any more: one-off commands,
// logins, searches. It is called when the connection's input has ended.
func (m *Methods) Stop() { m.cancel() }

// WaitHandlers waits until every routed request was handled.
func (m *Methods) WaitHandlers(ctx context.Context) error { return wait(ctx, &m.handlers) }

// Close waits until the followers have written what is left of conversations
// that ended, or until ctx ends, and stops them.
func (m *Methods) Close(ctx context.Context) error {
	m.mu.Lock()
	followers := make([]*follower, 0, len(m.followers))
	for _, f := range m.followers {
		followers = append(followers, f)
	}
	m.mu.Unlock()
	var errs []error
	for _, f := range followers {
		select {
		case <-f.conversation.Done():
			select { // the rest of its events
			case <-f.ended:
			case <-ctx.Done():
				errs = append(errs, ctx.Err())
			}
		default:
		}
		errs = append(errs, f.stop(ctx))
	}
	m.cancel()
	return errors.Join(append(errs, wait(ctx, &m.background))...)
}

// wait waits for a group, or for ctx.
func wait(ctx context.Context, wg *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
