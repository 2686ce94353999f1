package session

import (
	"errors"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/protocol"
)

// runTurn runs a turn: model calls and the tools that they ask for, until a
// response needs no answer and no input waits. What the model is told about its
// surroundings comes before the input, so that what stands before both stays
// the same. It returns the last message of the agent.
// (spec: agent-loop, the turn loop; when it is sent again)
func (s *Session) runTurn(t *task, news []protocol.ResponseItem, input []protocol.InputItem) *string {
	s.record(t, append(s.moved(t.settings.cwd), news...)...)
	item := s.message(input)
	t.texts = userTexts(item)
	s.keepInput(t, item)
	// The turn starts when its tools are ready, so that what the conversation
	// has to do without is told before. The input is safe by then.
	s.o.Tools.Prepare(t.ctx)
	s.emit(t, &protocol.TaskStartedEvent{ModelContextWindow: t.settings.contextWindow})
	s.emitItem(t, "", nil, &event.UserInputRecorded{Item: item})
	return s.converse(t)
}

// converse makes model calls until the model has nothing more to do and no
// input waits. The tools have been prepared.
func (s *Session) converse(t *task) *string {
	// compacted says that the history was summed up since the last response
	// that was below the limit, or was to be and failed.
	compacted, failed := false, false
	for {
		s.takePending(t)
		a, err := s.sample(t)
		if tooLong := (*modelclient.ContextWindowError)(nil); errors.As(err, &tooLong) && !compacted {
			compacted = true
			if s.compactInline(t) == nil {
				continue
			}
		}
		if err != nil {
			s.fail(t, err)
			return nil
		}
		over, limit := s.overLimit(t, a)
		switch {
		case over && compacted:
			s.fail(t, &stillOverLimitError{limit: limit, used: a.usage.InContext(), failed: failed})
			return nil
		case over:
			compacted = true
			if failed = s.compactInline(t) != nil; failed && t.ctx.Err() != nil {
				return nil
			}
		case a.calls > 0 || !s.tryEnd(t):
			compacted = false
		default:
			t.complete = true
			return a.last
		}
	}
}
