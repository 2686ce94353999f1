package v1

import (
	"context"
	"os"
	"path/filepath"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// newConversation starts a conversation. (spec: app-server, newConversation)
func (m *Methods) newConversation(ctx context.Context, r *protocol.NewConversationParams) (*protocol.NewConversationResponse, error) {
	cfg, err := m.b.Config.Load(ctx, config.OverridesFrom(r))
	if err != nil {
		return nil, configError(err)
	}
	c, err := m.b.Conversations.New(ctx, cfg, m.startOptions())
	if err != nil {
		return nil, replyError("error creating conversation", err)
	}
	configured := c.Configured()
	return &protocol.NewConversationResponse{
		ConversationID:  c.ID(),
		Model:           configured.Model,
		ReasoningEffort: configured.ReasoningEffort,
		RolloutPath:     configured.RolloutPath,
	}, nil
}

// startOptions name this connection's client to the model's provider.
func (m *Methods) startOptions() *conversation.StartOptions {
	identity := m.conn.Identity()
	return &conversation.StartOptions{Identity: &identity}
}

// sendUserMessage submits input. (spec: app-server, sendUserMessage)
func (m *Methods) sendUserMessage(ctx context.Context, req *jsonrpc.Request, r *protocol.SendUserMessageParams) (any, error) {
	return m.submit(ctx, req, r.ConversationID, &protocol.UserInputOp{Items: coreInput(r.Items)}, &protocol.SendUserMessageResponse{})
}

// sendUserTurn submits input with settings. (spec: app-server, sendUserTurn)
func (m *Methods) sendUserTurn(ctx context.Context, req *jsonrpc.Request, r *protocol.SendUserTurnParams) (any, error) {
	c, err := m.b.Conversations.Get(r.ConversationID)
	if err != nil {
		return nil, replyError("", err)
	}
	cwd := r.Cwd
	if !filepath.IsAbs(cwd) {
		cwd = filepath.Join(c.Config().Cwd, cwd)
	}
	if info, err := os.Stat(cwd); err != nil || !info.IsDir() {
		return nil, invalidRequest("%sparams.cwd: %q is not a directory", textInvalidRequest, r.Cwd)
	}
	return m.submit(ctx, req, r.ConversationID, &protocol.UserTurnOp{
		Items:          coreInput(r.Items),
		Cwd:            cwd,
		ApprovalPolicy: r.ApprovalPolicy,
		SandboxPolicy:  r.SandboxPolicy,
		Model:          r.Model,
		Effort:         r.Effort,
		Summary:        r.Summary,
	}, &protocol.SendUserTurnResponse{})
}

func coreInput(items []protocol.ClientInput) []protocol.InputItem {
	input := make([]protocol.InputItem, len(items))
	for i, item := range items {
		input[i] = item.Input()
	}
	return input
}

// submit submits an operation and answers before the first event that it
// causes.
func (m *Methods) submit(ctx context.Context, req *jsonrpc.Request, id protocol.ConversationID, op protocol.Op, response any) (any, error) {
	c, err := m.b.Conversations.Get(id)
	if err != nil {
		return nil, replyError("", err)
	}
	f := m.follower(id)
	if f == nil {
		if _, err := c.Submit(ctx, op); err != nil {
			return nil, replyError("error submitting to the conversation", err)
		}
		return response, nil
	}
	reply := req.Defer()
	f.gate.Lock()
	defer f.gate.Unlock()
	if _, err = c.Submit(ctx, op); err != nil {
		return nil, replyError("error submitting to the conversation", err)
	}
	return nil, m.sent(reply.Reply(ctx, response, nil))
}

// sent drops the error of a reply that nobody can read any more.
func (m *Methods) sent(err error) error {
	if err != nil {
		m.log.Debug().Err(err).Msg("a reply was not sent")
	}
	return nil
}

// interruptConversation aborts the running turn. It is answered when that has
// happened, and behind the notification that says so.
// (spec: app-server, interruptConversation)
func (m *Methods) interruptConversation(ctx context.Context, req *jsonrpc.Request, r *protocol.InterruptConversationParams) (any, error) {
	c, err := m.b.Conversations.Get(r.ConversationID)
	if err != nil {
		return nil, replyError("", err)
	}
	ended, err := c.Interrupt(ctx)
	if err != nil {
		return nil, replyError("error interrupting the conversation", err)
	}
	reply := req.Defer()
	m.background.Go(func() {
		end := <-ended // comes in any case
		answer := func() {
			m.sent(reply.Reply(req.Context(), &protocol.InterruptConversationResponse{AbortReason: end.Reason}, nil))
		}
		if f := m.follower(r.ConversationID); f == nil || !f.after(end.Seq, answer) {
			answer()
		}
	})
	return nil, nil
}
