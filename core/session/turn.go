package session

import (
	"context"
	"errors"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/protocol"
)

// runTurn runs a turn: model calls and the tools that they ask for, until a
// response needs no answer and no input waits. It returns the last message of
// the agent. (spec: agent-loop, the turn loop)
func (s *Session) runTurn(t *task, input []protocol.InputItem) *string {
	if len(input) == 0 {
		return nil
	}
	s.announce(t.settings)
	s.emit(t, &protocol.TaskStartedEvent{ModelContextWindow: t.settings.contextWindow})
	item := s.message(input)
	t.texts = append(t.texts, userTexts(item)...)
	s.recordInput(t, item)
	return s.converse(t)
}

// converse makes model calls until the model has nothing more to do and no
// input waits.
func (s *Session) converse(t *task) *string {
	justCompacted := false
	for {
		for _, p := range s.takePending(t) {
			if p.user {
				t.texts = append(t.texts, userTexts(p.item)...)
			}
			s.recordPending(t, p)
		}
		answer, err := s.sample(t)
		if err != nil {
			s.fail(t, err)
			return nil
		}
		if over, limit := s.overLimit(t, answer); over {
			if justCompacted {
				s.fail(t, &stillOverLimitError{limit: limit, used: answer.usage.InContext()})
				return nil
			}
			justCompacted = true
			if err := s.compactInline(t); err != nil && t.ctx.Err() != nil {
				return nil
			}
			continue
		}
		justCompacted = false
		if answer.calls > 0 || !s.tryEnd(t) {
			continue
		}
		s.notify(t, answer.last)
		return answer.last
	}
}

// fail reports what ended a turn. An abort is reported by whoever aborted.
func (s *Session) fail(t *task, err error) {
	if t.ctx.Err() != nil {
		return
	}
	s.emitItem(t, "", &protocol.ErrorEvent{Message: errorText(err)}, &event.TurnFailed{Err: err})
}

// errorText is what the user reads about an error.
func errorText(err error) string {
	var user interface{ UserText() string }
	if errors.As(err, &user) {
		return user.UserText()
	}
	return err.Error()
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

// room waits until the followers of the conversation can take more.
func (s *Session) room(ctx context.Context) error { return s.log.Room(ctx) }
