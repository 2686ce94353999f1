package v1

import (
	"context"
	"strings"

	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// loginAPIKey signs in with an API key, in place of a login in the browser. The
// end of that and the notification follow the response.
// (spec: app-server, login methods)
func (m *Methods) loginAPIKey(ctx context.Context, req *jsonrpc.Request, r *protocol.LoginAPIKeyParams) (any, error) {
	const doing = "failed to save the API key"
	if strings.TrimSpace(r.APIKey) == "" {
		return nil, invalidRequest("%v", auth.ErrEmptyKey) // a login goes on
	}
	if err := m.b.Auth.MayLogIn(protocol.AuthAPIKey); err != nil {
		return nil, invalidRequest("%s: %v", doing, err)
	}
	announceEnd, err := m.endLogin(ctx)
	if err != nil {
		return nil, replyError(doing, err)
	}
	defer announceEnd()
	if err := m.b.Auth.LoginAPIKey(ctx, r.APIKey); err != nil {
		return nil, replyError(doing, err)
	}
	m.sent(req.Reply(&protocol.LoginAPIKeyResponse{}, nil))
	announceEnd()
	m.announceAuth()
	return nil, nil
}

// logout signs out. The end of a login that is under way and the notification
// follow the response.
func (m *Methods) logout(ctx context.Context, req *jsonrpc.Request) (any, error) {
	const doing = "logout failed"
	announceEnd, err := m.endLogin(ctx)
	if err != nil {
		return nil, replyError(doing, err)
	}
	defer announceEnd()
	if _, err := m.b.Auth.Logout(ctx); err != nil {
		return nil, replyError(doing, err)
	}
	m.sent(req.Reply(&protocol.LogoutChatGPTResponse{}, nil))
	announceEnd()
	m.announceAuth()
	return nil, nil
}

// announceAuth says who is signed in, to every client of the process. A provider
// that does not need OpenAI credentials must never look like a sign-in.
// (spec: app-server, authStatusChange)
func (m *Methods) announceAuth() {
	n := &protocol.AuthStatusChangeNotification{}
	if signedIn, ok := m.b.Auth.Snapshot(); ok && m.b.Startup.Provider.RequiresOpenAIAuth {
		n.AuthMethod = signedIn.Mode
	}
	m.conn.Announce(n)
}

// getAuthStatus says who is signed in, as far as the provider cares.
// (spec: app-server, getAuthStatus)
func (m *Methods) getAuthStatus(ctx context.Context, r *protocol.GetAuthStatusParams) (*protocol.GetAuthStatusResponse, error) {
	status := m.b.Auth.Status(ctx, r, m.b.Startup.Provider.RequiresOpenAIAuth)
	return &status, nil
}
