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

// activeLogin is a login that waits for its browser, or shows its last page.
type activeLogin struct {
	id     protocol.LoginID
	server *login.Server
	hurry  chan struct{} // closed when the port is wanted
	once   sync.Once     // closes hurry
	// answered is closed when its end may be announced; nil for at once. It is
	// set before hurry is closed.
	answered <-chan struct{}
	over     chan struct{} // closed when it stores nothing any more
	gone     chan struct{} // closed when its end was announced and its port is free
	ended    bool          // its outcome is known; guarded by Logins.mu
}

// current returns the login that is under way, or nil.
func (l *Logins) current() *activeLogin {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.active
}

// waiting returns the login with an id, if it has no outcome yet.
func (l *Logins) waiting(id protocol.LoginID) *activeLogin {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.active; a != nil && a.id == id && !a.ended {
		return a
	}
	return nil
}

// enter makes a login the one that is under way, unless there is one.
func (l *Logins) enter(a *activeLogin) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.active != nil {
		return false
	}
	l.active = a
	return true
}

// leave forgets a login.
func (l *Logins) leave(a *activeLogin) {
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
	const doing = "failed to start the login server"
	if err := m.b.Auth.MayLogIn(protocol.AuthChatGPT); err != nil {
		return nil, invalidRequest("%s: %v", doing, err)
	}
	a := &activeLogin{
		id: protocol.NewLoginID(), hurry: make(chan struct{}), over: make(chan struct{}), gone: make(chan struct{}),
	}
	for !m.b.Logins.enter(a) { // another connection may be faster
		announce, err := m.endLogin(ctx)
		if err != nil {
			return nil, replyError(doing, err)
		}
		announce()
	}
	options := m.b.Login
	options.Store, options.Originator = m.b.Auth, m.conn.Identity().Originator
	if options.Timeout == 0 {
		options.Timeout = loginTime
	}
	started := make(chan error, 1)
	follow := func() {
		defer close(a.gone)
		defer m.b.Logins.leave(a)
		var err error
		a.server, err = login.Start(m.input, options)
		if err == nil {
			m.sent(req.Reply(&protocol.LoginChatGPTResponse{LoginID: a.id, AuthURL: a.server.AuthURL()}, nil))
		}
		started <- err
		if err == nil {
			m.followLogin(req.Conn(), a)
		}
	}
	if !m.background.start(follow) {
		m.b.Logins.leave(a)
		close(a.gone)
		return nil, replyError(doing, errClosing)
	}
	if err := <-started; err != nil {
		return nil, replyError(doing, err)
	}
	return nil, nil
}

// followLogin waits for the end of a login, announces it, and lets the browser
// fetch the last page.
func (m *Methods) followLogin(conn *jsonrpc.Conn, a *activeLogin) {
	defer a.server.Close()
	select {
	case <-a.server.Done(): // at the latest when the client's input ends
	case <-a.hurry:
		a.server.Cancel()
		<-a.server.Done()
	}
	m.b.Logins.mu.Lock()
	a.ended = true
	m.b.Logins.mu.Unlock()
	close(a.over)
	select {
	case <-a.hurry:
		if a.answered != nil {
			<-a.answered
		}
	default:
	}
	err := a.server.Wait(context.Background())
	n := &protocol.LoginChatGPTCompleteNotification{LoginID: a.id, Success: err == nil}
	if err != nil {
		n.Error = err.Error()
	}
	if _, err := conn.Post(n.Method(), n); err != nil {
		m.log.Debug().Err(err).Msg("the end of a login was not announced")
	}
	if err != nil {
		return
	}
	m.announceAuth()
	select {
	case <-a.server.Stopped():
	case <-a.hurry: // the port is wanted
	case <-m.input.Done():
	}
}

// endLogin ends the login that is under way, of whichever connection, and waits
// until it stores nothing any more. What it returns lets the end be announced,
// and waits until it is and the port is free; it has to be called, and does
// nothing the second time.
func (m *Methods) endLogin(ctx context.Context) (announce func(), err error) {
	a := m.b.Logins.current()
	if a == nil {
		return func() {}, nil
	}
	answered := make(chan struct{})
	a.once.Do(func() {
		a.answered = answered
		close(a.hurry)
	})
	select {
	case <-a.over:
	case <-a.gone: // it could not start
	case <-ctx.Done():
		close(answered)
		return nil, context.Cause(ctx)
	}
	return sync.OnceFunc(func() {
		close(answered)
		<-a.gone
	}), nil
}

// errLogin says that no login has this id.
var errLogin = errors.New("login id not found")

// cancelLoginChatGPT ends a login. The announcement of its end follows the
// response. (spec: app-server, login methods)
func (m *Methods) cancelLoginChatGPT(req *jsonrpc.Request, r *protocol.CancelLoginChatGPTParams) (any, error) {
	a := m.b.Logins.waiting(r.LoginID)
	if a == nil {
		return nil, invalidRequest("%v: %s", errLogin, r.LoginID)
	}
	m.sent(req.Reply(&protocol.CancelLoginChatGPTResponse{}, nil))
	a.once.Do(func() { close(a.hurry) })
	return nil, nil
}
