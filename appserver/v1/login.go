package v1

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/codex-go/codex/core/auth/login"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// loginTime is how long a login in the browser may take.
const loginTime = 10 * time.Minute

// Logins holds the login in the browser that is under way, at most one in a
// process because of its port. The zero value has none.
type Logins struct {
	mu     sync.Mutex
	active *activeLogin
}

// activeLogin is a login that waits for its browser.
type activeLogin struct {
	id     protocol.LoginID
	server *login.Server
	told   chan struct{} // closed when its end was announced
}

// take returns the active login if its id is wanted, or any if wanted is empty,
// and takes it out.
func (l *Logins) take(wanted protocol.LoginID) *activeLogin {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.active
	if a == nil || wanted != "" && a.id != wanted {
		return nil
	}
	l.active = nil
	return a
}

// drop forgets a login that has ended by itself.
func (l *Logins) drop(a *activeLogin) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.active == a {
		l.active = nil
	}
}

// loginChatGPT starts a login in the browser. A login that is under way ends,
// and its end is announced before the response. (spec: app-server, login
// methods)
func (m *Methods) loginChatGPT(ctx context.Context, req *jsonrpc.Request) (any, error) {
	m.endLogin(ctx)
	server, err := login.Start(m.input, login.Options{
		Store:      m.b.Auth,
		Originator: m.conn.Identity().Originator,
		Timeout:    loginTime,
	})
	if err != nil {
		return nil, replyError("failed to start the login server", err)
	}
	a := &activeLogin{id: protocol.NewLoginID(), server: server, told: make(chan struct{})}
	m.b.Logins.mu.Lock()
	m.b.Logins.active = a
	m.b.Logins.mu.Unlock()
	m.sent(req.Reply(&protocol.LoginChatGPTResponse{LoginID: a.id, AuthURL: server.AuthURL()}, nil))
	if !m.background.start(func() { m.followLogin(a) }) {
		server.Close() // the connection has ended
		close(a.told)
	}
	return nil, nil
}

// followLogin waits for the end of a login and announces it.
func (m *Methods) followLogin(a *activeLogin) {
	defer close(a.told)
	err := a.server.Wait(context.Background()) // ends with the client's input at the latest
	a.server.Close()
	m.b.Logins.drop(a)
	n := &protocol.LoginChatGPTCompleteNotification{LoginID: a.id, Success: err == nil}
	if err != nil {
		n.Error = err.Error()
	}
	m.conn.Announce(n)
	if err == nil {
		m.announceAuth()
	}
}

// endLogin ends the login that is under way and waits until that is announced.
func (m *Methods) endLogin(ctx context.Context) {
	a := m.b.Logins.take("")
	if a == nil {
		return
	}
	a.server.Cancel()
	select {
	case <-a.told:
	case <-ctx.Done():
	}
}

// errLogin says that no login has this id.
var errLogin = errors.New("login id not found")

// cancelLoginChatGPT ends a login. The announcement of its end follows the
// response.
func (m *Methods) cancelLoginChatGPT(req *jsonrpc.Request, r *protocol.CancelLoginChatGPTParams) (any, error) {
	a := m.b.Logins.take(r.LoginID)
	if a == nil {
		return nil, invalidRequest("%v: %s", errLogin, r.LoginID)
	}
	m.sent(req.Reply(&protocol.CancelLoginChatGPTResponse{}, nil))
	a.server.Cancel()
	return nil, nil
}
