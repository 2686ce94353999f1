package session

import (
	"context"
	"time"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/protocol"
)

// closeTimeout bounds how long the end of a conversation waits for its rollout,
// its tools and its tasks.
const closeTimeout = 10 * time.Second

// loop handles submissions in order until a shutdown. It never waits for a
// task, but for the end of one that it aborts and for the last events of one
// that ends. (spec: agent-loop, submission loop)
func (s *Session) loop() {
	defer close(s.done)
	for {
		select {
		case sub := <-s.queue:
			if s.handle(sub) {
				return
			}
		case <-s.kick:
		case <-s.quit:
			s.shutdown(submission{})
			return
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
		if sub.steered != nil {
			sub.steered <- s.steer(sub.turnID, op.Items)
		} else {
			s.userInput(sub, s.current(), op.Items)
		}
	case *protocol.UserTurnOp:
		s.userTurn(sub, op)
	case *protocol.OverrideTurnContextOp:
		s.overrideTurnContext(op)
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
		s.listMcpTools(sub)
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
	aborted := false
	if t := s.running(); sub.turnID == "" || t != nil && t.turnID == sub.turnID {
		aborted = s.abort(protocol.AbortInterrupted)
		s.forgetPostponed()
	}
	if sub.interrupted != nil {
		sub.interrupted <- Interruption{Reason: protocol.AbortInterrupted, Aborted: aborted, Seq: s.log.Seq()}
	}
}

// answer settles an approval. The id is the call's or the turn's submission.
// The decision to abort ends the turn of an open question and nothing else: the
// first answer wins. (spec: events-and-rollouts, approvals)
func (s *Session) answer(sub submission, id string, d protocol.ReviewDecision) {
	if !s.asks.Answer(id, d) {
		s.zlog.Warn().Str("submission", sub.id).Msg("an approval was answered that nobody waits for")
	}
}

// shutdown ends the conversation. (spec: events-and-rollouts, shutdown)
func (s *Session) shutdown(sub submission) {
	s.abort(protocol.AbortInterrupted)
	s.forgetPostponed()
	s.refuseSubmissions()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), closeTimeout)
	defer cancel()
	s.aside.stop(ctx)
	s.o.Tools.Close(ctx)
	if err := s.o.Recorder.Close(ctx); err != nil {
		s.log.Publish(event.Event{SubmissionID: sub.id, Msg: &protocol.ErrorEvent{Message: "The rollout could not be closed: " + err.Error()}})
	}
	s.log.Publish(event.Event{SubmissionID: sub.id, Msg: &protocol.ShutdownCompleteEvent{}})
	s.log.Close()
	s.cancel()
	<-s.aside.done // its jobs end with the context
	s.waitForTasks(ctx)
}

// waitForTasks waits for tasks that were given up.
func (s *Session) waitForTasks(ctx context.Context) {
	gone := make(chan struct{})
	go func() {
		s.tasks.Wait()
		close(gone)
	}()
	select {
	case <-gone:
	case <-ctx.Done():
		s.zlog.Error().Msg("a task outlives its conversation")
	}
}

// change replaces the settings of later turns and announces what is new.
func (s *Session) change(n *settings) {
	s.mu.Lock()
	old := s.settings
	s.settings = n
	s.mu.Unlock()
	if !n.sameAs(old) {
		s.log.Publish(event.Event{Detail: &event.SettingsChanged{Settings: *n.line()}})
	}
}

// current returns the settings of the next turn.
func (s *Session) current() *settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings
}

// overrideTurnContext changes settings and tells the model those that it
// should know, alone. (spec: agent-loop, override_turn_context)
func (s *Session) overrideTurnContext(op *protocol.OverrideTurnContextOp) {
	n := overridden(s.o.Config, s.current(), op)
	s.change(n)
	told := prompt.Environment{ApprovalPolicy: op.ApprovalPolicy, SandboxPolicy: op.SandboxPolicy}
	if op.Cwd != "" {
		told.Cwd = n.cwd
	}
	if told == (prompt.Environment{}) {
		return
	}
	s.mu.Lock()
	if s.announced != nil {
		whole := s.announced.With(told)
		s.announced = &whole
	}
	s.mu.Unlock()
	// Between a call and its output nothing may stand: a task that writes to
	// the history takes it from here.
	item := told.Item()
	for {
		t := s.running()
		if t == nil || t.history != &s.history {
			s.record(nil, item)
			return
		}
		if s.offer(t, pendingInput{item: item}) {
			return
		}
	}
}
