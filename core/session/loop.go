package session

import (
	"context"
	"time"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/protocol"
)

// loop handles submissions in order until a shutdown. It never waits for a
// task, but for the end of one that it aborts.
func (s *Session) loop() {
	defer close(s.done)
	defer s.cancel()
	defer s.log.Close()
	for {
		select {
		case sub := <-s.queue:
			if s.handle(sub) {
				return
			}
		case <-s.kick:
		}
		s.resume()
	}
}

// handle carries out one submission and reports whether it was the last.
func (s *Session) handle(sub submission) (last bool) {
	switch op := sub.op.(type) {
	case *protocol.InterruptOp:
		s.interrupt(sub)
	case *protocol.UserInputOp:
		s.userInput(sub, op.Items)
	case *protocol.UserTurnOp:
		s.override(func(n *settings) *settings { return turnSettings(s.o.Config, n, op) })
		s.userInput(sub, op.Items)
	case *protocol.OverrideTurnContextOp:
		s.overrideTurnContext(sub, op)
	case *protocol.ExecApprovalOp:
		s.answer(sub, op.ID, op.Decision)
	case *protocol.PatchApprovalOp:
		s.answer(sub, op.ID, op.Decision)
	case *protocol.AddToHistoryOp:
		s.addToHistory(op)
	case *protocol.GetHistoryEntryRequestOp:
		s.historyEntry(sub, op)
	case *protocol.GetPathOp:
		s.flush()
		s.reply(sub, &protocol.ConversationPathEvent{ConversationID: s.o.ID, Path: s.o.Recorder.Path()})
	case *protocol.ListMcpToolsOp:
		s.reply(sub, &protocol.McpListToolsResponseEvent{Tools: s.o.Tools.McpTools()})
	case *protocol.ListCustomPromptsOp:
		s.listCustomPrompts(sub)
	case *protocol.CompactOp:
		s.compactOp(sub)
	case *protocol.ReviewOp:
		s.reviewOp(sub, op.ReviewRequest)
	case *protocol.ShutdownOp:
		s.shutdown(sub)
		return true
	}
	return false
}

// reply publishes the event that answers a submission.
func (s *Session) reply(sub submission, msg protocol.EventMsg) {
	s.publish(event.Event{SubmissionID: sub.id, Msg: msg})
}

// interrupt aborts the running task and tells whoever asked.
func (s *Session) interrupt(sub submission) {
	aborted := s.abort(protocol.AbortInterrupted)
	s.forgetPostponed()
	if sub.ended != nil {
		sub.ended <- Interruption{Reason: protocol.AbortInterrupted, Aborted: aborted, Seq: s.log.Seq()}
	}
}

// answer settles an approval. The id is the call's or the turn's submission.
func (s *Session) answer(sub submission, id string, d protocol.ReviewDecision) {
	if d == protocol.ReviewAbort {
		s.abort(protocol.AbortInterrupted)
		s.forgetPostponed()
		return
	}
	if !s.asks.Answer(id, d) {
		s.zlog.Warn().Str("submission", sub.id).Msg("an approval was answered that nobody waits for")
	}
}

// shutdown ends the conversation.
func (s *Session) shutdown(sub submission) {
	s.abort(protocol.AbortInterrupted)
	s.forgetPostponed()
	close(s.stopping) // releases who waits for a place in the queue
	s.submitMu.Lock()
	s.ended = true
	s.submitMu.Unlock()
	// Whoever waits for an interrupt that is still queued gets an answer.
	for {
		select {
		case rest := <-s.queue:
			if rest.ended != nil {
				rest.ended <- Interruption{Reason: protocol.AbortInterrupted, Seq: s.log.Seq()}
			}
			continue
		default:
		}
		break
	}
	ctx, cancel := context.WithTimeout(s.ctx, closeTimeout)
	defer cancel()
	s.background.Wait()
	s.o.Tools.Close(ctx)
	if err := s.o.Recorder.Close(ctx); err != nil {
		s.log.Publish(event.Event{SubmissionID: sub.id, Msg: &protocol.ErrorEvent{Message: "The rollout could not be closed: " + err.Error()}})
	}
	s.log.Publish(event.Event{SubmissionID: sub.id, Msg: &protocol.ShutdownCompleteEvent{}})
}

// closeTimeout bounds how long the end of a conversation waits for its rollout
// and its processes.
const closeTimeout = 10 * time.Second

// override replaces the settings of later turns.
func (s *Session) override(change func(*settings) *settings) {
	s.mu.Lock()
	s.settings = change(s.settings)
	line := s.settings.line()
	s.mu.Unlock()
	s.log.Publish(event.Event{Detail: &event.SettingsChanged{Settings: *line}})
}

// overrideTurnContext changes settings and tells the model those that it
// should know, alone. (spec: agent-loop, override_turn_context)
func (s *Session) overrideTurnContext(_ submission, op *protocol.OverrideTurnContextOp) {
	s.override(func(n *settings) *settings { return overridden(s.o.Config, n, op) })
	if op.Cwd == "" && op.ApprovalPolicy == "" && op.SandboxPolicy == nil {
		return
	}
	item := prompt.Environment{Cwd: op.Cwd, ApprovalPolicy: op.ApprovalPolicy, SandboxPolicy: op.SandboxPolicy}.Item()
	s.mu.Lock()
	s.announced = s.settings
	t := s.active
	if t != nil {
		// Between a call and its output nothing may stand.
		t.pending = append(t.pending, pendingInput{item: item})
	}
	s.mu.Unlock()
	if t == nil {
		s.record(nil, item)
	}
}
