package v1

import (
	"context"
	"errors"

	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// loginAPIKey signs in with an API key. The notification follows the response.
// (spec: app-server, login methods)
func (m *Methods) loginAPIKey(ctx context.Context, req *jsonrpc.Request, r *protocol.LoginAPIKeyParams) (any, error) {
	if err := m.b.Auth.LoginAPIKey(ctx, r.APIKey); errors.Is(err, auth.ErrEmptyKey) {
		return nil, invalidRequest("%v", err)
	} else if err != nil {
		return nil, replyError("failed to save the API key", err)
	}
	return m.replyAndAnnounce(ctx, req, &protocol.LoginAPIKeyResponse{})
}

// logout signs out. The notification follows the response.
func (m *Methods) logout(ctx context.Context, req *jsonrpc.Request) (any, error) {
	if _, err := m.b.Auth.Logout(ctx); err != nil {
		return nil, replyError("logout failed", err)
	}
	return m.replyAndAnnounce(ctx, req, &protocol.LogoutChatGPTResponse{})
}

// replyAndAnnounce answers a request and then says who is signed in now.
func (m *Methods) replyAndAnnounce(ctx context.Context, req *jsonrpc.Request, response any) (any, error) {
	reply := req.Defer()
	m.sent(reply.Reply(ctx, response, nil))
	m.announceAuth(context.WithoutCancel(ctx)) // the answered request's context has ended
	return nil, nil
}

// announceAuth says who is signed in.
func (m *Methods) announceAuth(ctx context.Context) {
	n := &protocol.AuthStatusChangeNotification{}
	if signedIn, ok := m.b.Auth.Snapshot(); ok {
		n.AuthMethod = signedIn.Mode
	}
	m.sent(m.conn.Notify(ctx, n))
}

// getAuthStatus says who is signed in, as far as the provider cares.
// (spec: app-server, getAuthStatus)
func (m *Methods) getAuthStatus(ctx context.Context, r *protocol.GetAuthStatusParams) (*protocol.GetAuthStatusResponse, error) {
	status := m.b.Auth.Status(ctx, r, m.b.Startup.Provider.RequiresOpenAIAuth)
	return &status, nil
}
