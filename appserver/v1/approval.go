package v1

import (
	"slices"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// question names an approval that the client was asked for.
type question struct {
	conversation protocol.ConversationID
	turnID       string
	callID       string
}

// isOpen reports whether nobody has settled an approval yet.
func (f *follower) isOpen(turnID, callID string) bool {
	return slices.ContainsFunc(f.conversation.Approvals().Open(), func(r approval.Request) bool {
		return r.TurnID == turnID && r.CallID == callID
	})
}

// askMissed asks what was open before the follower subscribed and was not asked
// on this connection: the connection that was asked may have ended without an
// answer. The notification, which somebody else has seen, goes out again.
func (f *follower) askMissed() {
	missed := f.missed
	f.missed = nil
	for _, r := range missed {
		f.m.mu.Lock()
		_, asked := f.m.asked[question{f.conversation.ID(), r.TurnID, r.CallID}]
		f.m.mu.Unlock()
		if asked || f.ctx.Err() != nil || !f.isOpen(r.TurnID, r.CallID) {
			continue
		}
		room, err := f.notify(r.SubmissionID, r.Question)
		if err != nil {
			return
		}
		select {
		case <-room:
			f.ask(r)
		case <-f.ctx.Done():
			return
		}
	}
}

// ask puts an approval to the client, behind its notification. One that was
// settled meanwhile is not asked. (spec: app-server, requests from server to
// client)
func (f *follower) ask(r approval.Request) {
	if !f.isOpen(r.TurnID, r.CallID) {
		return
	}
	id := f.conversation.ID()
	var params protocol.ServerRequest
	var op func(protocol.ReviewDecision) protocol.Op
	switch q := r.Question.(type) {
	case *protocol.ExecApprovalRequestEvent:
		params = &protocol.ExecCommandApprovalParams{ConversationID: id, CallID: q.CallID, Command: q.Command, Cwd: q.Cwd, Reason: q.Reason}
		op = func(d protocol.ReviewDecision) protocol.Op {
			return &protocol.ExecApprovalOp{ID: r.CallID, Decision: d}
		}
	case *protocol.ApplyPatchApprovalRequestEvent:
		params = &protocol.ApplyPatchApprovalParams{ConversationID: id, CallID: q.CallID, FileChanges: q.Changes, Reason: q.Reason, GrantRoot: q.GrantRoot}
		op = func(d protocol.ReviewDecision) protocol.Op {
			return &protocol.PatchApprovalOp{ID: r.CallID, Decision: d}
		}
	default:
		return // a question of a later generation
	}
	key := question{id, r.TurnID, r.CallID}
	f.m.settled(key) // of an earlier question with the same name
	f.m.mu.Lock()
	f.m.asked[key] = nil
	f.m.mu.Unlock()
	// The reply comes on the reading goroutine, which must not wait for the
	// conversation's queue.
	call, err := f.conn.Go(f.m.life, params.Method(), params, func(reply jsonrpc.Response) {
		if d, ok := f.m.decision(params.Method(), reply); ok {
			f.m.background.start(func() { f.decide(r, op(d)) })
		}
	})
	f.m.mu.Lock()
	_, waiting := f.m.asked[key]
	switch {
	case err != nil:
		delete(f.m.asked, key)
	case waiting:
		f.m.asked[key] = call
	}
	f.m.mu.Unlock()
	if err != nil {
		f.m.log.Debug().Err(err).Msg("the client was not asked")
	} else if !waiting {
		call.Forget() // settled in the meantime
	}
}

// decide tells the conversation what the client decided. The first answer
// counts; a late one is harmless, also one that would abort the turn.
func (f *follower) decide(r approval.Request, op protocol.Op) {
	if !f.isOpen(r.TurnID, r.CallID) {
		f.m.log.Debug().Str("call", r.CallID).Msg("an answer came too late")
		return
	}
	if _, err := f.conversation.Submit(f.m.life, op); err != nil {
		f.m.log.Debug().Err(err).Msg("an answer came after the end of the conversation")
	}
}

// settled forgets a question that needs no answer any more. A late one is
// harmless.
func (m *Methods) settled(key question) {
	m.mu.Lock()
	call := m.asked[key]
	delete(m.asked, key)
	m.mu.Unlock()
	if call != nil {
		call.Forget()
	}
}

// decision reads the client's reply. An error and anything that is no decision
// count as denied. ok is false when the connection ended instead: then nobody
// has decided.
func (m *Methods) decision(method string, r jsonrpc.Response) (d protocol.ReviewDecision, ok bool) {
	if r.Err != nil {
		if !isReply(r.Err) {
			return "", false
		}
		m.log.Warn().Str("method", method).Msg("the client answered with an error: denied")
		return protocol.ReviewDenied, true
	}
	result, err := protocol.DecodeServerResult(method, r.Result)
	if err != nil {
		m.log.Warn().Err(err).Str("method", method).Msg("the client's answer is no decision: denied")
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
