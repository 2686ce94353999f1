package appserver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

var getUserAgent = &protocol.GetUserAgentParams{}

// log is what a client was told, in order.
type log struct {
	mu    sync.Mutex
	lines []string
	ended chan struct{} // receives a value for each end of a turn
}

func (l *log) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *log) notified(n protocol.ServerNotification) {
	l.add("%s", strings.TrimPrefix(n.Method(), protocol.EventMethodPrefix))
	if e, ok := n.(*protocol.EventNotification); ok {
		switch e.Msg.(type) {
		case *protocol.TaskCompleteEvent, *protocol.TurnAbortedEvent:
			l.ended <- struct{}{}
		}
	}
}

// converse starts a conversation and sends a message.
func converse(t *testing.T, c *Client) protocol.ConversationID {
	t.Helper()
	started, err := Call(t.Context(), c, &protocol.NewConversationParams{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Call(t.Context(), c, &protocol.AddConversationListenerParams{ConversationID: started.ConversationID}); err != nil {
		t.Fatal(err)
	}
	if _, err := Call(t.Context(), c, &protocol.SendUserMessageParams{
		ConversationID: started.ConversationID, Items: []protocol.ClientInput{&protocol.TextClientInput{Text: "go"}},
	}); err != nil {
		t.Fatal(err)
	}
	return started.ConversationID
}

func TestClientAsk(t *testing.T) {
	t.Parallel()
	patch := "*** Begin Patch\n*** Add File: new.txt\n+hello\n*** End Patch\n"
	tests := []struct {
		name string
		call modeltest.Step
		ask  func(*log) func(context.Context, protocol.ServerRequest) (protocol.ReviewDecision, error)
		want []string
	}{
		{
			"denied", modeltest.Call("shell", "call-1", `{"command":["touch","made"]}`),
			func(l *log) func(context.Context, protocol.ServerRequest) (protocol.ReviewDecision, error) {
				return func(_ context.Context, r protocol.ServerRequest) (protocol.ReviewDecision, error) {
					l.add("asked %s", r.Method())
					return protocol.ReviewDenied, nil
				}
			},
			[]string{"task_started", "exec_approval_request", "asked execCommandApproval", "agent_message", "task_complete"},
		},
		{
			"aborted", modeltest.Call("apply_patch", "call-1", `{"input":`+fmt.Sprintf("%q", patch)+`}`),
			func(l *log) func(context.Context, protocol.ServerRequest) (protocol.ReviewDecision, error) {
				return func(_ context.Context, r protocol.ServerRequest) (protocol.ReviewDecision, error) {
					l.add("asked %s", r.Method())
					return protocol.ReviewAbort, nil
				}
			},
			[]string{"task_started", "apply_patch_approval_request", "asked applyPatchApproval", "turn_aborted"},
		},
		{
			"failed", modeltest.Call("shell", "call-1", `{"command":["touch","made"]}`),
			func(*log) func(context.Context, protocol.ServerRequest) (protocol.ReviewDecision, error) {
				return func(context.Context, protocol.ServerRequest) (protocol.ReviewDecision, error) {
					return protocol.ReviewApproved, errors.New("the user is out")
				}
			},
			[]string{"task_started", "exec_approval_request", "agent_message", "task_complete"},
		},
		{
			"panicked", modeltest.Call("shell", "call-1", `{"command":["touch","made"]}`),
			func(*log) func(context.Context, protocol.ServerRequest) (protocol.ReviewDecision, error) {
				return func(context.Context, protocol.ServerRequest) (protocol.ReviewDecision, error) { panic("injected") }
			},
			[]string{"task_started", "exec_approval_request", "agent_message", "task_complete"},
		},
		{
			"nobody", modeltest.Call("shell", "call-1", `{"command":["touch","made"]}`),
			func(*log) func(context.Context, protocol.ServerRequest) (protocol.ReviewDecision, error) { return nil },
			[]string{"task_started", "exec_approval_request", "agent_message", "task_complete"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, stageOptions{
				config: "approval_policy = \"untrusted\"\ninclude_apply_patch_tool = true\n",
				model:  []modeltest.Response{modeltest.Reply(test.call), modeltest.Reply(modeltest.Text("Done"))},
			})
			l := &log{ended: make(chan struct{}, 10)}
			c := s.client(ClientOptions{Notify: l.notified, Ask: test.ask(l)})
			converse(t, c)
			<-l.ended
			l.mu.Lock()
			defer l.mu.Unlock()
			got := slices.DeleteFunc(l.lines, func(line string) bool { return line == "token_count" })
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestClientCloseWhileAsked closes a client that is being asked. The question
// stays open for another one.
func TestClientCloseWhileAsked(t *testing.T) {
	t.Parallel()
	o := stageOptions{
		config: "approval_policy = \"untrusted\"\n",
		model:  []modeltest.Response{modeltest.Reply(modeltest.Call("shell", "call-1", `{"command":["touch","made"]}`)), modeltest.Reply(modeltest.Text("Done"))},
	}
	o.server.KeepRunning = true
	s := newStage(t, o)
	asked := make(chan struct{})
	first := s.client(ClientOptions{Ask: func(ctx context.Context, _ protocol.ServerRequest) (protocol.ReviewDecision, error) {
		close(asked)
		<-ctx.Done()
		return "", ctx.Err()
	}})
	id := converse(t, first)
	<-asked
	if err := first.Close(t.Context()); err != nil {
		t.Error(err)
	}
	l := &log{ended: make(chan struct{}, 10)}
	second := s.client(ClientOptions{Notify: l.notified, Ask: func(context.Context, protocol.ServerRequest) (protocol.ReviewDecision, error) {
		return protocol.ReviewDenied, nil
	}})
	if _, err := Call(t.Context(), second, &protocol.AddConversationListenerParams{ConversationID: id}); err != nil {
		t.Fatal(err)
	}
	<-l.ended
}

func TestClientErrors(t *testing.T) {
	t.Parallel()
	s := newStage(t, stageOptions{})
	c := s.client(ClientOptions{Name: "my-editor", Version: "2.0"})
	if !strings.HasSuffix(c.UserAgent(), " (my-editor; 2.0)") {
		t.Errorf("user agent %q", c.UserAgent())
	}
	_, err := Call(t.Context(), c, &protocol.SendUserMessageParams{
		ConversationID: "01a2029d-382a-70f3-8903-4d64504c64fb", Items: []protocol.ClientInput{},
	})
	var answer *jsonrpc.Error
	if !errors.As(err, &answer) || answer.Code != jsonrpc.CodeInvalidRequest {
		t.Errorf("unknown conversation: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.server.Connect(ctx, ClientOptions{Name: "x", Version: "1"}); !errors.Is(err, context.Canceled) {
		t.Errorf("connect: %v", err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Errorf("again: %v", err)
	}
	<-c.Done()
}
