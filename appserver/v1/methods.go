package v1

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// Methods are the methods of one connection.
type Methods struct {
	b    *Backend
	conn Connection
	log  zerolog.Logger

	// input ends when the client's input has ended: what runs only as long as the
	// client does stops then.
	input    context.Context
	endInput context.CancelFunc
	// life ends when the connection is taken down.
	life    context.Context
	endLife context.CancelFunc
	// background is what runs for the connection beside its handlers.
	background group
	// interrupts holds a token for each interrupt that waits for its end.
	interrupts chan struct{}
	// searching holds a token for each search that runs.
	searching chan struct{}

	mu        sync.Mutex
	followers map[protocol.ConversationID]*follower
	listeners map[protocol.SubscriptionID]*listener // also of conversations that ended
	// asked are the questions that the client has not answered, or whose answer is
	// on its way. The call is nil while it is being sent.
	asked map[question]*jsonrpc.Call
	// interrupted are the interrupts of each conversation that wait for their
	// answers, oldest first.
	interrupted map[protocol.ConversationID][]*interrupt
	searches    map[string]*searchToken
}

// New returns the methods of a connection.
func New(b *Backend, conn Connection) *Methods {
	m := &Methods{
		b:           b,
		conn:        conn,
		log:         b.Log,
		interrupts:  make(chan struct{}, maxInterrupts),
		searching:   make(chan struct{}, maxSearches),
		followers:   make(map[protocol.ConversationID]*follower),
		listeners:   make(map[protocol.SubscriptionID]*listener),
		asked:       make(map[question]*jsonrpc.Call),
		interrupted: make(map[protocol.ConversationID][]*interrupt),
		searches:    make(map[string]*searchToken),
	}
	m.life, m.endLife = context.WithCancel(context.Background())
	m.input, m.endInput = context.WithCancel(m.life)
	m.background.panicked = func(value any) {
		m.log.Error().Interface("panic", value).Bytes("stack", debug.Stack()).Msg("a task of the connection failed")
	}
	return m
}

// Route returns how to carry out a request. It is called on the reading
// goroutine, in the order of arrival, and does not block.
func (m *Methods) Route(r protocol.ClientRequest) jsonrpc.Work {
	if r, ok := r.(*protocol.FuzzyFileSearchParams); ok {
		search, end := m.beginSearch(r.CancellationToken)
		return jsonrpc.Work{Run: func(ctx context.Context, _ *jsonrpc.Request) (any, error) {
			defer end()
			return m.fuzzyFileSearch(ctx, search, r)
		}}
	}
	work := m.order(r)
	work.Run = func(ctx context.Context, req *jsonrpc.Request) (any, error) { return m.handle(ctx, req, r) }
	return work
}

// handle carries out a request.
func (m *Methods) handle(ctx context.Context, req *jsonrpc.Request, r protocol.ClientRequest) (any, error) {
	switch r := r.(type) {
	case *protocol.NewConversationParams:
		return m.newConversation(ctx, req, r)
	case *protocol.SendUserMessageParams:
		return m.sendUserMessage(ctx, req, r)
	case *protocol.SendUserTurnParams:
		return m.sendUserTurn(ctx, req, r)
	case *protocol.InterruptConversationParams:
		return m.interruptConversation(ctx, req, r)
	case *protocol.AddConversationListenerParams:
		return m.addConversationListener(req, r)
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
	case *protocol.LoginChatGPTParams:
		return m.loginChatGPT(ctx, req)
	case *protocol.CancelLoginChatGPTParams:
		return m.cancelLoginChatGPT(req, r)
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

// Stop ends what runs only as long as the client does: one-off commands and
// sign-ins. It is called when the connection's input has ended.
func (m *Methods) Stop() { m.endInput() }

// Close waits until the followers have sent what is left of conversations that
// ended, stops the others, and waits for everything that runs for the connection.
// When ctx ends before, what can be abandoned is. No handler may run any more.
func (m *Methods) Close(ctx context.Context) error {
	defer m.endLife()
	m.mu.Lock()
	followers := make([]*follower, 0, len(m.followers))
	for _, f := range m.followers {
		followers = append(followers, f)
	}
	m.mu.Unlock()
	for _, f := range followers {
		select {
		case <-f.conversation.Done():
			select { // the rest of its events
			case <-f.ended:
			case <-ctx.Done():
			}
		default:
		}
		f.stop()
	}
	if m.background.close(ctx) == nil {
		return nil
	}
	m.endLife()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTime)
	defer cancel()
	if err := m.background.close(ctx); err != nil {
		return fmt.Errorf("end the connection's tasks: %w", err)
	}
	return nil
}

// graceTime is how long tasks that were abandoned may take to notice.
const graceTime = time.Second

// whileInput returns a context that also ends with the client's input.
func (m *Methods) whileInput(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(m.input, cancel)
	return ctx, func() { stop(); cancel() }
}
