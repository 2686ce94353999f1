package v1

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/session"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// TestReplyError tells the client's mistakes from failures: input that no agent
// takes any more is a failure, never a success.
func TestReplyError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		err     error
		code    int64
		message string
	}{
		{"no conversation", fmt.Errorf("%w: 1", conversation.ErrNotFound), -32600, "conversation not found: 1"},
		{"no listener", fmt.Errorf("%w: 1", errSubscription), -32600, "subscription not found: 1"},
		{"dead agent", fmt.Errorf("submit: %w", session.ErrClosed), -32603, "doing: the agent has ended"},
		{"closed manager", fmt.Errorf("new: %w", conversation.ErrClosed), -32603, "doing: the agent has ended"},
		{"shutdown", fmt.Errorf("wait: %w", context.Canceled), -32603, "doing: the server is shutting down"},
		{"an answer already", fmt.Errorf("x: %w", invalidRequest("no")), -32600, "no"},
		{"anything else", errors.New("disk full"), -32603, "doing: disk full"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got *jsonrpc.Error
			if err := replyError("doing", test.err); !errors.As(err, &got) || int64(got.Code) != test.code || got.Message != test.message || got.Data != nil {
				t.Errorf("got %v, want %d %s", err, test.code, test.message)
			}
		})
	}
	if err := replyError("doing", nil); err != nil {
		t.Errorf("no error became %v", err)
	}
}
