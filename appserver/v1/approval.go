package v1

import (
	"context"
	"slices"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// ask puts an approval to the client, right behind its notification. A question
// that was answered meanwhile is not asked. (spec: app-server, requests from
// server to client)
func (f *follower) ask(e *event.Event) {
	open := f.conversation.Approvals().Open()
	if !slices.ContainsFunc(open, func(r approval.Request) bool { return r.TurnID == e.TurnID && r.CallID == e.ItemID }) {
		return
	}
	var params protocol.ServerRequest
	var op func(protocol.ReviewDecision) protocol.Op
	var callID string
	id := f.conversation.ID()
	switch q := e.Msg.(type) {
	case *protocol.ExecApprovalRequestEvent:
		callID = q.CallID
		params = &protocol.ExecCommandApprovalParams{ConversationID: id, CallID: q.CallID, Command: q.Command, Cwd: q.Cwd, Reason: q.Reason}
		op = func(d protocol.ReviewDecision) protocol.Op {
			return &protocol.ExecApprovalOp{ID: callID, Decision: d}
		}
	case *protocol.ApplyPatchApprovalRequestEvent:
		callID = q.CallID
		params = &protocol.ApplyPatchApprovalParams{ConversationID: id, CallID: q.CallID, FileChanges: q.Changes, Reason: q.Reason, GrantRoot: q.GrantRoot}
		op = func(d protocol.ReviewDecision) protocol.Op {
			return &protocol.PatchApprovalOp{ID: callID, Decision: d}
		}
	default:
		return
	}
	// The reply comes on the reading goroutine, which must not wait for the
	// conversation's queue.
	call, err := f.conn.Go(context.Background(), params.Method(), params, func(r jsonrpc.Response) {
		d, ok := f.decision(params.Method(), r)
		if !ok {
			return
		}
		f.m.background.Go(func() {
			if _, err := f.conversation.Submit(context.Background(), op(d)); err != nil {
				f.m.log.Debug().Err(err).Msg("an answer came after the end of the conversation")
			}
		})
	})
	if err != nil {
		f.m.log.Debug().Err(err).Msg("the client was not asked")
		return
	}
	f.mu.Lock()
	f.asked[callID] = call
	f.mu.Unlock()
}

// decision reads the client's reply. An error and anything that is no decision
// count as denied. ok is false when the connection ended instead: then nobody
// has decided.
func (f *follower) decision(method string, r jsonrpc.Response) (d protocol.ReviewDecision, ok bool) {
	if r.Err != nil {
		if _, answered := asAnswer(r.Err); !answered {
			return "", false
		}
		f.m.log.Warn().Str("method", method).Msg("the client answered with an error: denied")
		return protocol.ReviewDenied, true
	}
	result, err := protocol.DecodeServerResult(method, r.Result)
	if err != nil {
		f.m.log.Warn().Err(err).Str("method", method).Msg("the client's answer is no decision: denied")
		return protocol.ReviewDenied, true
	}
	switch result := result.(type) {
	case *protocol.ExecCommandApprovalResponse:
		return result.Decision, true
	case *protocol.ApplyPatchApprovalResponse:
		return result.Decision, true
	}
	return protocol.ReviewDenied, true
}

// settled forgets a question that needs no answer any more. A late one is
// harmless.
func (f *follower) settled(callID string) {
	f.mu.Lock()
	call := f.asked[callID]
	delete(f.asked, callID)
	f.mu.Unlock()
	if call != nil {
		call.Forget()
	}
}
