package session

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/core/turndiff"
	"github.com/codex-go/codex/protocol"
)

// compactNotice is what the user reads after a compaction.
const compactNotice = "Compact task completed"

// errNoSummary keeps the history as it is when the model had nothing to say.
var errNoSummary = errors.New("the model returned no summary, so that the conversation stays as it is")

// stillOverLimitError ends a turn that a compaction did not help.
type stillOverLimitError struct {
	limit int64
	used  uint64
}

func (e *stillOverLimitError) Error() string {
	return fmt.Sprintf("the conversation is still above the token limit after it was summed up (limit %d, now %d): start a new conversation or trim the input", e.limit, e.used)
}

// overLimit reports whether the conversation must be summed up before the next
// model call. (spec: agent-loop, compaction)
func (s *Session) overLimit(t *task, a *answer) (over bool, limit int64) {
	if a.usage == nil || t.settings.autoCompactLimit == nil {
		return false, 0
	}
	limit = *t.settings.autoCompactLimit
	return int64(a.usage.InContext()) >= limit, limit
}

// compactOp sums the conversation up, after the running task.
func (s *Session) compactOp(sub submission) {
	if s.postpone(sub, func(*task) bool { return true }) {
		return
	}
	s.mu.Lock()
	set := s.settings
	s.mu.Unlock()
	s.start(sub, &task{settings: set, compaction: true, run: func(t *task) *string {
		s.emit(t, &protocol.TaskStartedEvent{ModelContextWindow: set.contextWindow})
		if err := s.compact(t); err != nil {
			s.fail(t, err)
		}
		return nil
	}})
}

// compactInline sums the history of a running task up. Its events have an id of
// their own.
func (s *Session) compactInline(t *task) error {
	s.mu.Lock()
	id := "auto-compact-" + strconv.Itoa(s.compacted)
	s.compacted++
	s.mu.Unlock()
	inner := &task{
		submissionID: id,
		turnID:       t.turnID,
		settings:     t.settings,
		ctx:          t.ctx,
		private:      t.private,
		diff:         turndiff.New(),
	}
	err := s.compact(inner)
	if err != nil {
		s.fail(inner, err)
	}
	return err
}

// compact asks the model for a summary and goes on from it.
func (s *Session) compact(t *task) error {
	input := s.input(t)
	summary, err := s.summarize(t, input)
	if err != nil {
		return err
	}
	if summary == "" {
		return errNoSummary
	}
	items := append(s.initialContext(t.settings), prompt.BridgeItem(prompt.UserTexts(input, nil), summary))
	s.mu.Lock()
	if t.private != nil {
		*t.private = items
	} else {
		s.items = items
		s.announced = t.settings
	}
	s.mu.Unlock()
	if t.private == nil {
		s.persist(&protocol.CompactedLine{Message: summary})
	}
	s.emit(t, &protocol.AgentMessageEvent{Message: compactNotice})
	return nil
}

// summarize returns the model's summary of the input. Nothing of the call
// enters the history.
func (s *Session) summarize(t *task, input []protocol.ResponseItem) (string, error) {
	s.persist(t.settings.line())
	r := s.request(t)
	r.Input = append(input, prompt.SummarizeItem())
	r.Tools = nil
	r.OutputSchema = nil
	r.Instructions = prompt.Instructions(prompt.InstructionsOptions{Family: t.settings.family, Override: t.settings.baseInstructions})
	var summary string
	err := s.retry(t, func() error {
		summary = ""
		stream, err := s.o.Model.Stream(t.ctx, r)
		if err != nil {
			return err
		}
		defer stream.Close()
		for {
			e, err := stream.Next(t.ctx)
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			switch e.Kind {
			case modelclient.RateLimits:
				s.limits(t, e.RateLimits)
			case modelclient.ItemDone:
				if m, ok := e.Item.(*protocol.MessageItem); ok && m.Role == "assistant" {
					summary = lastText(m, summary)
				}
			case modelclient.Completed:
				s.completed(t, &answer{}, e.Usage)
			}
		}
	})
	return summary, err
}

// lastText returns the last text of a message, or otherwise.
func lastText(m *protocol.MessageItem, otherwise string) string {
	for _, c := range m.Content {
		if c, ok := c.(*protocol.OutputTextContent); ok {
			otherwise = c.Text
		}
	}
	return otherwise
}

// retry runs a model call and repeats it as often as the provider allows.
func (s *Session) retry(t *task, call func() error) error {
	for attempt := 0; ; attempt++ {
		err := call()
		if err == nil {
			return nil
		}
		if t.ctx.Err() != nil {
			return t.ctx.Err()
		}
		var limit *modelclient.UsageLimitError
		if errors.As(err, &limit) && limit.RateLimits != nil {
			s.limits(t, limit.RateLimits)
		}
		retries := s.o.Config.Provider.StreamRetries()
		if attempt >= retries || !modelclient.Retryable(err) {
			return err
		}
		delay := modelclient.RetryDelay(err, attempt+1)
		s.emitItem(t, "", &protocol.StreamErrorEvent{
			Message: fmt.Sprintf("stream error: %s; retrying %d/%d in %s...", errorText(err), attempt+1, retries, shortDelay(delay)),
		}, &event.TurnFailed{Err: err, WillRetry: true})
		if err := sleep(t.ctx, delay); err != nil {
			return err
		}
	}
}
