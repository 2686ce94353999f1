package v1

import (
	"bytes"
	"context"
	"io"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// resumeConversation continues a recorded conversation, or returns the live
// one. The notification comes before the response. Both carry the recorded
// events, which go from the file to the client without being held in memory.
// (spec: app-server, resumeConversation)
func (m *Methods) resumeConversation(ctx context.Context, req *jsonrpc.Request, r *protocol.ResumeConversationParams) (any, error) {
	cfg, err := m.b.Config.Load(ctx, config.OverridesFrom(r.Overrides))
	if err != nil {
		return nil, configError(err)
	}
	req.Release(aboutSettings)
	if err := checkCwd(cfg.Cwd); err != nil {
		return nil, err
	}
	c, err := m.b.Conversations.Resume(ctx, cfg, r.Path, m.startOptions())
	if err != nil {
		return nil, replyError("error resuming conversation", err)
	}
	configured := c.Configured()
	notification := &protocol.SessionConfiguredNotification{
		SessionID:         configured.SessionID,
		Model:             configured.Model,
		ReasoningEffort:   configured.ReasoningEffort,
		HistoryLogID:      configured.HistoryLogID,
		HistoryEntryCount: configured.HistoryEntryCount,
		InitialMessages:   []protocol.EventMsg{},
		RolloutPath:       configured.RolloutPath,
	}
	if err := req.Conn().Notify(ctx, notification.Method(), m.withMessages(ctx, c, notification, nil)); err != nil {
		return nil, replyError("error reading the conversation", err)
	}
	return m.withMessages(ctx, c, &protocol.ResumeConversationResponse{
		ConversationID:  c.ID(),
		Model:           configured.Model,
		InitialMessages: []protocol.EventMsg{},
	}, plainUserMessages), nil
}

// emptyMessages is how an encoded message without initial messages ends, or
// where they belong.
var emptyMessages = []byte(`"initialMessages":[]`)

// withMessages streams v with the recorded events of a conversation in its
// empty list of initial messages.
func (m *Methods) withMessages(ctx context.Context, c *conversation.Conversation, v any, filter rollout.EventFilter) jsonrpc.Stream {
	return func(w io.Writer) error {
		shell, err := protocol.Append(nil, v)
		if err != nil {
			return err
		}
		at := bytes.Index(shell, emptyMessages) + len(emptyMessages) - 1
		if _, err := w.Write(shell[:at]); err != nil {
			return err
		}
		first := true
		for payload, err := range m.b.Store.EventMessages(ctx, c.RolloutPath(), filter) {
			if err != nil {
				return err
			}
			if !first {
				if _, err := w.Write([]byte{','}); err != nil {
					return err
				}
			}
			first = false
			if _, err := w.Write(payload); err != nil {
				return err
			}
		}
		_, err = w.Write(shell[at:])
		return err
	}
}

// plainUserMessages leaves out what the program said in the user's name: user
// messages whose kind is not plain, or missing.
func plainUserMessages(eventType string, payload []byte) bool {
	if eventType != "user_message" {
		return true
	}
	var msg protocol.EventMsg
	if err := protocol.Unmarshal(payload, &msg); err != nil {
		return false
	}
	u, ok := msg.(*protocol.UserMessageEvent)
	return ok && u.Kind == protocol.KindPlain
}
