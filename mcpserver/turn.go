package mcpserver

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// methodEvent is the notification of every event.
const methodEvent = "codex/event"

// eventParams are the params of the notification of an event. The request is
// the call that the event belongs to. (spec: mcp, notification shape)
type eventParams struct {
	Meta eventMeta         `json:"_meta"`
	ID   string            `json:"id"` // of the submission, "" for the start
	Msg  protocol.EventMsg `json:"msg"`
}

type eventMeta struct {
	RequestID mcptypes.RequestId `json:"requestId"`
}

// AppendJSON appends the form on the wire.
func (p *eventParams) AppendJSON(dst []byte) ([]byte, error) { return wire.Append(dst, p) }

// forward sends an event to the client.
func (c *call) forward(submission string, msg protocol.EventMsg) {
	c.notify(methodEvent, &eventParams{Meta: eventMeta{c.requestID()}, ID: submission, Msg: msg})
}

// turn is a turn of a conversation that a call waits for. Only the goroutine of
// the call uses it, but for what says otherwise.
type turn struct {
	call   *call
	conv   *conversation.Conversation
	id     string // of the submission
	events *event.Subscription
	failed *string // what the last error event of the turn said

	open   map[string]*question // by the id of the model's call
	asking sync.WaitGroup       // goroutines that wait for answers
}

// turn submits a prompt, forwards all events and returns when its turn has
// ended. (spec: mcp, sequence for codex)
func (c *call) turn(
	conv *conversation.Conversation, prompt string,
	submit func(context.Context, protocol.Op) (string, error),
) *toolResult {
	t := &turn{call: c, conv: conv, events: conv.Subscribe(), open: make(map[string]*question)}
	defer t.events.Close()
	if !c.mayBegin() {
		return c.stoppedResult().with(conv.ID())
	}
	var err error
	t.id, err = submit(c.ctx, &protocol.UserInputOp{Items: []protocol.InputItem{&protocol.TextInput{Text: prompt}}})
	switch {
	case c.ctx.Err() != nil && err != nil:
		return c.stoppedResult().with(conv.ID())
	case err != nil:
		return failure("Failed to submit the prompt to the Codex session: %v", err).with(conv.ID())
	}
	settled := t.interruptWith(c.ctx)
	result := t.follow()
	for id := range t.open {
		t.settle(id)
	}
	t.asking.Wait()
	settled()
	return result.with(conv.ID())
}

// interruptWith interrupts the turn when ctx is done, also while the client does
// not read its events. The function that it returns ends that: after it has
// returned, no interrupt will hit a later turn.
func (t *turn) interruptWith(ctx context.Context) (settled func()) {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		if err := t.conv.SubmitAs(t.call.server.life, t.call.id.String(), "", &protocol.InterruptOp{}); err != nil {
			t.call.log.Debug().Err(err).Msg("the conversation ended before it was interrupted")
		}
	})
	return func() {
		if !stop() {
			<-done
		}
	}
}

// follow forwards events until the turn has ended.
func (t *turn) follow() *toolResult {
	for {
		e, err := t.events.Next(t.call.server.life)
		if err != nil {
			return t.lost(err)
		}
		if e.Msg != nil {
			t.call.forward(e.SubmissionID, e.Msg)
			t.call.progress.event(e.Msg)
		}
		switch d := e.Detail.(type) {
		case *event.ApprovalAsked:
			t.ask(d.CallID, e)
		case *event.ApprovalSettled:
			t.settle(d.CallID)
		}
		if e.SubmissionID != t.id || e.TurnID == "" {
			continue // of the conversation's start, or of somebody else's turn
		}
		if result := t.outcome(e.Msg); result != nil {
			return result
		}
	}
}

// outcome returns the result when msg ends the turn, else nil. A turn that
// failed still ends with an event of its own, so that nothing of it is left for
// the next call. (spec: mcp, do better, server correctness)
func (t *turn) outcome(msg protocol.EventMsg) *toolResult {
	switch msg := msg.(type) {
	case *protocol.ErrorEvent:
		t.failed = &msg.Message
	case *protocol.TurnAbortedEvent:
		if errors.Is(context.Cause(t.call.ctx), errShutdown) {
			return failure("The turn was aborted: %v", errShutdown)
		}
		return failure("The turn was aborted: %s", msg.Reason)
	case *protocol.TaskCompleteEvent:
		switch {
		case t.failed != nil:
			result := failure("%s", *t.failed)
			result.Error = t.failed
			return result
		case msg.LastAgentMessage != nil:
			return success(*msg.LastAgentMessage)
		}
		return success("")
	}
	return nil
}

// lost is the result when no more events come.
func (t *turn) lost(err error) *toolResult {
	if !errors.Is(err, io.EOF) {
		if ended, err := t.conv.Interrupt(t.call.server.life); err == nil {
			<-ended // nothing of the turn goes on without somebody who follows it
		}
	}
	return failure("Codex runtime error: the session ended before its turn did")
}
