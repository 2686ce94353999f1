package session

import (
	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

// persist queues lines for the rollout. Failures are reported once: the
// conversation goes on without a record rather than not at all.
func (s *Session) persist(items ...protocol.RolloutItem) {
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

// publish persists an event, if the policy says so, and then shows it.
func (s *Session) publish(e event.Event) uint64 {
	if e.Msg != nil && rollout.PersistsEvent(e.Msg) {
		s.persist(&protocol.EventMsgLine{Msg: e.Msg})
	}
	return s.log.Publish(e)
}

// emit publishes an event of a task.
func (s *Session) emit(t *task, msg protocol.EventMsg) uint64 {
	return s.emitItem(t, "", msg, nil)
}

func (s *Session) emitItem(t *task, itemID string, msg protocol.EventMsg, detail event.Detail) uint64 {
	if t.detached.Load() {
		return 0
	}
	return s.publish(event.Event{SubmissionID: t.submissionID, TurnID: t.turnID, ItemID: itemID, Msg: msg, Detail: detail})
}

// record appends items to the history that the model sees and to the rollout.
// A task with a history of its own keeps them there, unrecorded. t may be nil.
func (s *Session) record(t *task, items ...protocol.ResponseItem) {
	lines := make([]protocol.RolloutItem, 0, len(items))
	s.mu.Lock()
	history := &s.items
	if t != nil && t.private != nil {
		history = t.private
	}
	for _, item := range items {
		if recordable(item) {
			*history = append(*history, item)
			lines = append(lines, &protocol.ResponseItemLine{Item: item})
		}
	}
	s.mu.Unlock()
	if history == &s.items {
		s.persist(lines...)
	}
}

// recordInput records what the user said, with the event that makes it visible
// in the rollout.
func (s *Session) recordInput(t *task, item *protocol.MessageItem) {
	s.record(t, item)
	if t.private == nil {
		s.persist(&protocol.EventMsgLine{Msg: userMessage(item)})
	}
	s.emitItem(t, "", nil, &event.UserInputRecorded{Item: item})
}

// userMessage returns the event for input of the user. What a user typed is
// plain whatever it looks like.
func userMessage(item *protocol.MessageItem) *protocol.UserMessageEvent {
	e := &protocol.UserMessageEvent{Kind: protocol.KindPlain}
	for _, c := range item.Content {
		switch c := c.(type) {
		case *protocol.InputTextContent:
			e.Message += c.Text
		case *protocol.InputImageContent:
			e.Images = append(e.Images, c.ImageURL)
		}
	}
	return e
}

// input returns what a model call of the task is told: the history as it is
// now, in a form that models accept. The slice must not be changed.
func (s *Session) input(t *task) []protocol.ResponseItem {
	s.mu.Lock()
	items := s.items
	if t.private != nil {
		items = *t.private
	}
	s.mu.Unlock()
	return repair(items[:len(items):len(items)])
}

// asked publishes a new question.
func (s *Session) asked(r approval.Request) {
	s.publish(event.Event{
		SubmissionID: r.SubmissionID, TurnID: r.TurnID, ItemID: r.CallID,
		Msg: r.Question, Detail: &event.ApprovalAsked{CallID: r.CallID},
	})
}

// settled publishes the end of a question.
func (s *Session) settled(r approval.Request, d protocol.ReviewDecision, answered bool) {
	s.publish(event.Event{
		SubmissionID: r.SubmissionID, TurnID: r.TurnID, ItemID: r.CallID,
		Detail: &event.ApprovalSettled{CallID: r.CallID, Decision: d, Answered: answered},
	})
}
