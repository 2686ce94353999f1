package session

import (
	"context"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/turndiff"
	"github.com/codex-go/codex/protocol"
)

// toolHost is a task as its tools see it.
type toolHost struct {
	s *Session
	t *task
}

func (h *toolHost) Cwd() string                             { return h.t.settings.cwd }
func (h *toolHost) ApprovalPolicy() protocol.AskForApproval { return h.t.settings.approval }
func (h *toolHost) SandboxPolicy() protocol.SandboxPolicy   { return h.t.settings.sandbox }
func (h *toolHost) Granted() *approval.Granted              { return &h.s.granted }
func (h *toolHost) Diff() *turndiff.Tracker                 { return h.t.diff }
func (h *toolHost) ShowDiff()                               { h.s.showDiff(h.t) }
func (h *toolHost) Room(ctx context.Context) error          { return h.s.log.Room(ctx) }

func (h *toolHost) Warn(err error, msg string) { h.s.zlog.Warn().Err(err).Msg(msg) }

func (h *toolHost) Emit(callID string, msg protocol.EventMsg) {
	h.s.emitItem(h.t, callID, msg, nil)
}

func (h *toolHost) Ask(ctx context.Context, callID string, question protocol.EventMsg) (protocol.ReviewDecision, error) {
	return h.s.asks.Ask(ctx, approval.Request{
		SubmissionID: h.t.submissionID,
		TurnID:       h.t.turnID,
		CallID:       callID,
		Question:     question,
	})
}

// Attach adds what the model asked to see to the next call. It is not the
// user's.
func (h *toolHost) Attach(items []protocol.InputItem) {
	h.s.offer(h.t, pendingInput{item: h.s.message(items)})
}
