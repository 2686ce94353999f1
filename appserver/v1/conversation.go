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
func (m *Methods) newConversation(ctx context.Context, req *jsonrpc.Request, r *protocol.NewConversationParams) (*protocol.NewConversationResponse, error) {
	cfg, err := m.b.Config.Load(ctx, config.OverridesFrom(r))
	if err != nil {
		return nil, configError(err)
	}
	req.Release(aboutSettings)
	if err := checkCwd(cfg.Cwd); err != nil {
		return nil, err
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
		cwd = filepath.Join(c.Cwd(), cwd)
	}
	if err := checkCwd(cwd); err != nil {
		return nil, err
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

// checkCwd refuses a working directory that is none.
func checkCwd(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return invalidRequest("%scwd: %v", textInvalidRequest, err)
	case !info.IsDir():
		return invalidRequest("%scwd: %s is not a directory", textInvalidRequest, path)
	}
	return nil
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
	if f := m.follower(id); f != nil {
		f.gate.Lock()
		defer f.gate.Unlock()
	}
	if _, err = c.Submit(ctx, op); err != nil {
		return nil, replyError("error submitting to the conversation", err)
	}
	m.sent(req.Reply(response, nil))
	return nil, nil
}

// sent drops the error of a reply that nobody can read any more.
func (m *Methods) sent(err error) {
	if err != nil {
		m.log.Debug().Err(err).Msg("a reply was not sent")
	}
}
