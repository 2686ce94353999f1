package session

import (
	"slices"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

// persist queues lines for the rollout. Failures are reported once: the
// conversation goes on without a record rather than not at all.
func (s *Session) persist(items ...protocol.RolloutItem) {
	if len(items) == 0 {
		return
	}
	if err := s.o.Recorder.Record(items...); err != nil {
		s.rolloutBroken(err)
	}
}

// flush hands the rollout to the operating system. It runs to its end even
// when the turn was aborted.
func (s *Session) flush() {
	if err := s.o.Recorder.Flush(s.ctx); err != nil {
		s.rolloutBroken(err)
	}
}

func (s *Session) rolloutBroken(err error) {
	s.broken.Do(func() {
		s.zlog.Error().Err(err).Msg("the conversation is no longer recorded")
		s.log.Publish(event.Event{Msg: &protocol.BackgroundEvent{
			Message: "The conversation can no longer be recorded: " + err.Error(),
		}})
	})
}

// RecordRestored tells the client that somebody removed the rollout, and that
// the writer has put it back, or that somebody shortened it, so that what was
// cut off is lost. It may be called from any goroutine.
func (s *Session) RecordRestored(lost bool) {
	message := "The record of the conversation was removed. It goes on, and was put back: "
	if lost {
		message = "The record of the conversation was shortened by another program, and what it cut off is lost. It goes on: "
	}
	s.zlog.Warn().Str("path", s.RolloutPath()).Bool("lost", lost).Msg("the record of the conversation was removed or shortened")
	s.log.Publish(event.Event{Msg: &protocol.BackgroundEvent{Message: message + s.RolloutPath()}})
}

// publish persists an event, if the policy says so, and then shows it.
func (s *Session) publish(e event.Event) {
	if e.Msg != nil && rollout.PersistsEvent(e.Msg) {
		s.persist(&protocol.EventMsgLine{Msg: e.Msg})
	}
	s.log.Publish(e)
}

// publishDurably shows an event when everything up to it is recorded. before,
// if not nil, is called at the last moment.
func (s *Session) publishDurably(e event.Event, before func()) {
	if rollout.PersistsEvent(e.Msg) {
		s.persist(&protocol.EventMsgLine{Msg: e.Msg})
	}
	s.flush()
	if before != nil {
		before()
	}
	s.log.Publish(e)
}

// emit publishes an event of a task.
func (s *Session) emit(t *task, msg protocol.EventMsg) { s.emitItem(t, "", msg, nil) }

// emitItem publishes an event of a task about one item. It does nothing for a
// task that was given up.
func (s *Session) emitItem(t *task, itemID string, msg protocol.EventMsg, detail event.Detail) {
	whole := t
	if t.outer != nil {
		whole = t.outer
	}
	whole.emitting.Lock()
	defer whole.emitting.Unlock()
	if whole.detached {
		return
	}
	whole.follow(itemID, msg, detail)
	s.publishFor(t, event.Event{ItemID: itemID, Msg: msg, Detail: detail})
}

// publishFor publishes an event in the name of a task.
func (s *Session) publishFor(t *task, e event.Event) {
	e.SubmissionID, e.TurnID = t.submissionID, t.turnID
	s.publish(e)
}

// follow keeps track of what is open. The caller holds t.emitting.
func (t *task) follow(itemID string, msg protocol.EventMsg, detail event.Detail) {
	switch msg.(type) {
	case *protocol.ExecCommandBeginEvent, *protocol.PatchApplyBeginEvent, *protocol.McpToolCallBeginEvent:
		t.begun = event.Event{ItemID: itemID, Msg: msg}
	case *protocol.ExecCommandEndEvent, *protocol.PatchApplyEndEvent, *protocol.McpToolCallEndEvent:
		t.begun = event.Event{}
	}
	switch detail.(type) {
	case *event.ItemOpened:
		t.open = append(t.open, itemID)
	case *event.ItemClosed:
		if i := slices.Index(t.open, itemID); i >= 0 {
			t.open = slices.Delete(t.open, i, i+1)
		}
	}
}

// closeItems closes the items that the model began and did not finish.
func (s *Session) closeItems(t *task) {
	t.emitting.Lock()
	open := t.open
	t.open = nil
	t.emitting.Unlock()
	for _, id := range open {
		s.publishFor(t, event.Event{ItemID: id, Detail: &event.ItemClosed{}})
	}
}

// record appends items to the history of a task, or to the session's when t is
// nil.
func (s *Session) record(t *task, items ...protocol.ResponseItem) {
	h := &s.history
	if t != nil {
		t.emitting.Lock()
		detached := t.detached
		t.emitting.Unlock()
		if detached {
			return
		}
		h = t.history
	}
	s.append(h, items...)
}

// append adds items to a history, and to the rollout if it is the session's.
// One that belongs to a task alone is not recorded.
func (s *Session) append(h *history, items ...protocol.ResponseItem) {
	lines := make([]protocol.RolloutItem, 0, 2)
	s.mu.Lock()
	for _, item := range items {
		if recordable(item) {
			h.items = append(h.items, item)
			lines = append(lines, &protocol.ResponseItemLine{Item: item})
		}
	}
	s.mu.Unlock()
	if h == &s.history {
		s.persist(lines...)
	}
}

// recordInput records what the user said to a task, with the event that makes
// it visible in the rollout.
func (s *Session) recordInput(t *task, item *protocol.MessageItem) {
	s.keepInput(t, item)
	s.emitItem(t, "", nil, &event.UserInputRecorded{Item: item})
}

// keepInput is recordInput without telling anybody.
func (s *Session) keepInput(t *task, item *protocol.MessageItem) {
	s.record(t, item)
	if t.history == &s.history {
		s.persist(&protocol.EventMsgLine{Msg: userMessage(item)})
	}
}

// recordLateInput records what the user said to a task that has ended.
func (s *Session) recordLateInput(t *task, item *protocol.MessageItem) {
	s.record(nil, item)
	s.persist(&protocol.EventMsgLine{Msg: userMessage(item)})
	s.publishFor(t, event.Event{Detail: &event.UserInputRecorded{Item: item}})
}

// input returns what a model call of the task is told: the history as it is
// now. The slice must not be changed.
func (s *Session) input(t *task) []protocol.ResponseItem {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clip(t.history.items)
}

// asked publishes a new question.
func (s *Session) asked(r approval.Request) {
	s.publish(event.Event{
		SubmissionID: r.SubmissionID, TurnID: r.TurnID, ItemID: r.CallID,
		Msg: r.Question, Detail: &event.ApprovalAsked{CallID: r.CallID},
	})
}

// settled publishes the end of a question. When the answer is to abort, the
// turn ends from this moment on: input that comes now is for the next one.
func (s *Session) settled(r approval.Request, d protocol.ReviewDecision, answered bool) {
	s.publish(event.Event{
		SubmissionID: r.SubmissionID, TurnID: r.TurnID, ItemID: r.CallID,
		Detail: &event.ApprovalSettled{CallID: r.CallID, Decision: d, Answered: answered},
	})
	if !answered || d != protocol.ReviewAbort {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.active; t != nil && t.turnID == r.TurnID && t.state == taskRunning {
		t.state, t.interrupted = taskEnding, true
		t.cancel()
	}
}
