package mcpserver

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// question is an elicitation that the client has not answered.
type question struct {
	settled chan struct{} // closed when an answer is of no use any more
}

// elicitation is what all questions to the client have in common. Members that
// begin with codex_ are beyond MCP. (spec: mcp, approvals as elicitations)
type elicitation struct {
	Message         string          `json:"message"`
	RequestedSchema json.RawMessage `json:"requestedSchema"`
	ToolCallID      string          `json:"codex_mcp_tool_call_id"`
	EventID         string          `json:"codex_event_id"`
	CallID          string          `json:"codex_call_id"`
	Reason          string          `json:"codex_reason,omitzero"`
}

// execElicitation asks whether a command may run.
type execElicitation struct {
	_ struct{} `wire:"const=codex_elicitation:exec-approval"`
	elicitation
	Command []string `json:"codex_command"`
	Cwd     string   `json:"codex_cwd"`
}

// patchElicitation asks whether a patch may be applied.
type patchElicitation struct {
	_ struct{} `wire:"const=codex_elicitation:patch-approval"`
	elicitation
	GrantRoot string               `json:"codex_grant_root,omitzero"`
	Changes   protocol.FileChanges `json:"codex_changes"`
}

// AppendJSON appends the form on the wire.
func (e *execElicitation) AppendJSON(dst []byte) ([]byte, error) { return wire.Append(dst, e) }

// AppendJSON appends the form on the wire.
func (e *patchElicitation) AppendJSON(dst []byte) ([]byte, error) { return wire.Append(dst, e) }

// The forms that an elicitation shows.
const (
	emptyForm    = `{"type":"object","properties":{}}`
	decisionForm = `{"type":"object","properties":{"decision":{"type":"string","title":"Decision",` +
		`"enum":["approved","approved_for_session","denied","abort"],` +
		`"enumNames":["Allow once","Allow for this session","Deny","Stop the turn"]}}}`
)

// ask puts a question to the client, behind its notification. The answer is
// waited for beside the events, which go on.
func (t *turn) ask(callID string, e event.Event) {
	c := t.call
	common := elicitation{
		RequestedSchema: json.RawMessage(emptyForm),
		ToolCallID:      c.id.String(),
		EventID:         e.SubmissionID,
		CallID:          callID,
	}
	if c.server.o.DecisionForm {
		common.RequestedSchema = json.RawMessage(decisionForm)
	}
	var params any
	var op func(protocol.ReviewDecision) protocol.Op
	switch msg := e.Msg.(type) {
	case *protocol.ExecApprovalRequestEvent:
		common.Reason = msg.Reason
		common.Message = execMessage(msg)
		params = &execElicitation{elicitation: common, Command: msg.Command, Cwd: msg.Cwd}
		op = func(d protocol.ReviewDecision) protocol.Op { return &protocol.ExecApprovalOp{ID: callID, Decision: d} }
	case *protocol.ApplyPatchApprovalRequestEvent:
		common.Reason = msg.Reason
		common.Message = patchMessage(msg)
		params = &patchElicitation{elicitation: common, GrantRoot: msg.GrantRoot, Changes: msg.Changes}
		op = func(d protocol.ReviewDecision) protocol.Op { return &protocol.PatchApprovalOp{ID: callID, Decision: d} }
	default:
		return // a question of a later generation
	}
	q := &question{settled: make(chan struct{})}
	t.open[callID] = q
	if c.server.o.DenyWithoutElicitation && !c.understandsElicitations() {
		t.decide(q, op(protocol.ReviewDenied))
		return
	}
	replies := make(chan jsonrpc.Response, 1)
	sent, err := c.conn.Go(c.server.life, string(mcptypes.MethodElicit), params, func(r jsonrpc.Response) { replies <- r })
	switch {
	case errors.Is(err, jsonrpc.ErrEncode):
		t.decide(q, op(protocol.ReviewDenied))
	case err != nil: // the client is gone, and the call is about to be interrupted
		c.log.Debug().Err(err).Msg("the client was not asked")
	default:
		t.asking.Go(func() {
			if d, ok := t.await(q, sent, replies); ok {
				t.decide(q, op(d))
			}
		})
	}
}

// understandsElicitations reports whether the client said so.
func (c *connection) understandsElicitations() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asks
}

// await waits for the answer of the client. ok is false when there is none and
// none is needed. It is called on a goroutine of its own.
func (t *turn) await(q *question, sent *jsonrpc.Call, replies <-chan jsonrpc.Response) (d protocol.ReviewDecision, ok bool) {
	var late <-chan time.Time
	if limit := t.call.server.o.ApprovalTimeout; limit > 0 {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case r := <-replies:
		return t.decision(r)
	case <-late:
		if !t.withdraw(sent, "the question was not answered in time") {
			return t.decision(<-replies)
		}
		t.call.log.Warn().Stringer("elicitation", sent.ID()).Msg("the client did not answer in time: denied")
		return protocol.ReviewDenied, true
	case <-q.settled:
		t.withdraw(sent, "the question is settled")
		return "", false
	}
}

// withdraw tells the client that nobody waits for its answer any more. It reports
// false when the answer has come already.
func (t *turn) withdraw(sent *jsonrpc.Call, reason string) bool {
	if !sent.Forget() {
		return false
	}
	id, _ := sent.ID().Int() // ids of this side are integers
	t.call.notify(string(mcptypes.NotificationCancelled), &mcptypes.CancelledNotificationParams{
		RequestID: wire.IntID(id), Reason: &reason,
	})
	return true
}

// settle ends the wait for an answer.
func (t *turn) settle(callID string) {
	if q := t.open[callID]; q != nil {
		delete(t.open, callID)
		close(q.settled)
	}
}

// decide tells the conversation what the client decided, unless that is settled.
// It may be called on any goroutine.
func (t *turn) decide(q *question, op protocol.Op) {
	select {
	case <-q.settled:
		t.call.log.Debug().Msg("an answer came too late")
		return
	default:
	}
	if _, err := t.conv.Submit(t.call.server.life, op); err != nil {
		t.call.log.Debug().Err(err).Msg("an answer came after the end of the conversation")
	}
}

// decision reads the client's reply. An error counts as denied. ok is false when
// the connection ended instead: then nobody has decided.
func (t *turn) decision(r jsonrpc.Response) (d protocol.ReviewDecision, ok bool) {
	if r.Err == nil {
		d, understood := decisionOf(r.Result)
		if !understood {
			t.call.log.Warn().Msg("the client's answer is no decision: denied")
		}
		return d, true
	}
	var answer *jsonrpc.Error
	var malformed *jsonrpc.MessageError
	var oversize *jsonrpc.OversizeError
	if errors.As(r.Err, &answer) || errors.As(r.Err, &malformed) || errors.As(r.Err, &oversize) {
		t.call.log.Warn().Err(r.Err).Msg("the client answered with an error: denied")
		return protocol.ReviewDenied, true
	}
	return "", false
}

// decisionOf reads the result of an elicitation: a decision, as clients of this
// program send it, else the action of MCP. What is neither is denied.
// (spec: mcp, do better, approvals)
func decisionOf(result json.RawMessage) (d protocol.ReviewDecision, understood bool) {
	if d, ok := decisionAt(result, "decision"); ok {
		return d, true
	}
	action, _ := wire.PeekString(result, "action")
	switch mcptypes.ElicitResultAction(action) {
	case mcptypes.ElicitResultActionAccept:
		if d, ok := decisionAt(result, "content", "decision"); ok {
			return d, true
		}
		return protocol.ReviewApproved, true
	case mcptypes.ElicitResultActionDecline, mcptypes.ElicitResultActionCancel:
		return protocol.ReviewDenied, true
	}
	return protocol.ReviewDenied, false
}

// decisionAt returns the decision that stands at the path, if there is one.
func decisionAt(result json.RawMessage, path ...string) (protocol.ReviewDecision, bool) {
	text, ok := wire.PeekString(result, path...)
	d := protocol.ReviewDecision(text)
	return d, ok && slices.Contains(d.Values(), string(d))
}
