package session

import (
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/protocol"
)

// postponed is a submission that waits for the end of the running task.
type postponed struct {
	sub submission
	// settings and items are those of a turn; nil for a compaction.
	settings *settings
	items    []protocol.InputItem
}

// userTurn takes input with settings of its own. They are those of later turns
// too, also when the input goes to a turn that runs. The output schema is not:
// it holds for the turn that the input starts.
// (spec: events-and-rollouts, user_input and user_turn)
func (s *Session) userTurn(sub submission, op *protocol.UserTurnOp) {
	n := turnSettings(s.o.Config, s.current(), op)
	s.change(n)
	if len(op.FinalOutputJSONSchema) > 0 {
		n = n.withSchema(op.FinalOutputJSONSchema)
	}
	s.userInput(sub, n, op.Items)
}

// userInput starts a turn with items, or adds them to the running one. Input
// for a compaction waits for its end.
func (s *Session) userInput(sub submission, set *settings, items []protocol.InputItem) {
	var item *protocol.MessageItem
	for {
		t := s.running()
		switch {
		case t == nil:
			s.startTurn(sub, set, items)
			return
		case t.kind == compactionTask:
			s.postpone(postponed{sub: sub, settings: set, items: items})
			return
		case len(items) == 0:
			return // nothing to add
		}
		if item == nil {
			item = s.message(items)
		}
		if s.offer(t, pendingInput{item: item, user: true}) {
			return
		}
	}
}

// startTurn starts a turn. What the model is told about its environment is
// decided here, in the order of the submissions.
func (s *Session) startTurn(sub submission, set *settings, items []protocol.InputItem) {
	if len(items) == 0 {
		s.start(sub, &task{settings: set, run: func(*task) *string { return nil }})
		return
	}
	news := s.news(set)
	s.start(sub, &task{settings: set, run: func(t *task) *string { return s.runTurn(t, news, items) }})
}

// steer adds items to one turn, and to no other.
func (s *Session) steer(turnID string, items []protocol.InputItem) error {
	t := s.running()
	switch {
	case t == nil:
		return ErrNoTurn
	case t.turnID != turnID:
		return &OtherTurnError{Running: t.turnID}
	case t.kind != regularTask:
		return ErrNotSteerable
	case len(items) == 0:
		return nil
	}
	if !s.offer(t, pendingInput{item: s.message(items), user: true}) {
		return ErrNoTurn
	}
	return nil
}

// postpone keeps a submission for the end of the running task.
func (s *Session) postpone(p postponed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.postponed = append(s.postponed, p)
}

// resume handles what was postponed once nothing runs any more, as if it were
// submitted now.
func (s *Session) resume() {
	s.mu.Lock()
	if s.active != nil || len(s.postponed) == 0 {
		s.mu.Unlock()
		return
	}
	waiting := s.postponed
	s.postponed = nil
	s.mu.Unlock()
	for _, p := range waiting {
		if p.settings == nil {
			s.compactOp(p.sub)
		} else {
			s.userInput(p.sub, p.settings, p.items)
		}
	}
}

// forgetPostponed drops what waits for the end of a task when the user
// interrupts. What the user said stays in the history, and each submission has
// its end.
func (s *Session) forgetPostponed() {
	s.mu.Lock()
	dropped := s.postponed
	s.postponed = nil
	s.mu.Unlock()
	for _, p := range dropped {
		turnID := p.sub.turnID
		if turnID == "" {
			turnID = protocol.NewTurnID(s.o.Now())
		}
		e := event.Event{SubmissionID: p.sub.id, TurnID: turnID}
		if len(p.items) > 0 {
			item := s.message(p.items)
			s.record(nil, item)
			s.persist(&protocol.EventMsgLine{Msg: userMessage(item)})
			recorded := e
			recorded.Detail = &event.UserInputRecorded{Item: item}
			s.publish(recorded)
		}
		e.Msg = &protocol.TurnAbortedEvent{Reason: protocol.AbortInterrupted}
		s.publishDurably(e, nil)
	}
}

// message makes one message of a user's input. What cannot be read is logged.
func (s *Session) message(items []protocol.InputItem) *protocol.MessageItem {
	item, unreadable := prompt.UserMessage(items)
	for _, err := range unreadable {
		s.zlog.Warn().Err(err).Msg("an image was left out")
	}
	return item
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

// userTexts returns the texts of a user message.
func userTexts(item *protocol.MessageItem) []string {
	var texts []string
	for _, c := range item.Content {
		if c, ok := c.(*protocol.InputTextContent); ok {
			texts = append(texts, c.Text)
		}
	}
	return texts
}
