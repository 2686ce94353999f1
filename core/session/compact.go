package session

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/turndiff"
	"github.com/codex-go/codex/protocol"
)

// compactNotice is what the user reads after a compaction.
const compactNotice = "Compact task completed"

// errNoSummary keeps the history as it is when the model had nothing to say.
var errNoSummary = errors.New("the model returned no summary, so that the conversation stays as it is")

// stillOverLimitError ends a turn that a compaction did not help.
type stillOverLimitError struct {
	limit  int64
	used   uint64
	failed bool // the compaction did not come about
}

func (e *stillOverLimitError) Error() string {
	if e.failed {
		return fmt.Sprintf("the conversation is above the token limit and could not be summed up (limit %d, now %d): start a new conversation or trim the input", e.limit, e.used)
	}
	return fmt.Sprintf("the conversation is still above the token limit after it was summed up (limit %d, now %d): start a new conversation or trim the input", e.limit, e.used)
}

// overLimit reports whether the conversation must be summed up before the next
// model call. (spec: agent-loop, automatic trigger)
func (s *Session) overLimit(t *task, a *answer) (over bool, limit int64) {
	if a.usage == nil || t.settings.autoCompactLimit == nil {
		return false, 0
	}
	limit = *t.settings.autoCompactLimit
	return int64(a.usage.InContext()) >= limit, limit
}

// compactOp sums the conversation up, after the running task.
// (spec: agent-loop, do better)
func (s *Session) compactOp(sub submission) {
	if s.running() != nil {
		s.postpone(postponed{sub: sub})
		return
	}
	set := s.current()
	s.start(sub, &task{kind: compactionTask, settings: set, run: func(t *task) *string {
		s.emit(t, &protocol.TaskStartedEvent{ModelContextWindow: set.contextWindow})
		if err := s.compact(t); err != nil {
			s.fail(t, err)
		}
		return nil // the notice is not the agent's word
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
		kind:         compactionTask,
		submissionID: id,
		turnID:       t.turnID,
		settings:     t.settings,
		history:      t.history,
		ctx:          t.ctx,
		diff:         turndiff.New(),
		outer:        t,
	}
	err := s.compact(inner)
	if err != nil {
		s.fail(inner, err)
	}
	return err
}

// compact sums the history of a task up and reports how that went.
// (spec: agent-loop, compaction)
func (s *Session) compact(t *task) error {
	s.emitItem(t, "", nil, &event.CompactionStarted{})
	if err := s.replaceHistory(t); err != nil {
		s.emitItem(t, "", nil, &event.CompactionFinished{Err: err})
		return err
	}
	s.emitItem(t, "", &protocol.AgentMessageEvent{Message: compactNotice}, &event.CompactionFinished{})
	return nil
}

// replaceHistory asks the model for a summary and goes on from it.
func (s *Session) replaceHistory(t *task) error {
	s.mu.Lock()
	h := t.history
	bridge := h.bridge
	s.mu.Unlock()
	input := s.input(t)
	summary, err := s.summarize(t, input, bridge)
	if err != nil {
		return err
	}
	if summary == "" {
		return errNoSummary
	}
	if err := t.ctx.Err(); err != nil {
		return err
	}
	opening := s.initialContext(t.settings)
	env := t.settings.environment()
	s.mu.Lock()
	said := prompt.Newest(slices.Concat(h.said, prompt.UserTexts(input, bridge)))
	bridge = prompt.BridgeItem(said, summary)
	h.items = slices.Concat(opening, []protocol.ResponseItem{bridge}, h.items[len(input):])
	h.said, h.bridge = said, bridge
	if h == &s.history {
		s.announced = &env
	}
	s.mu.Unlock()
	if h == &s.history {
		s.persist(&protocol.CompactedLine{Message: summary})
	}
	return nil
}

// summarize returns the model's summary of the input. Nothing of the call
// enters the history. When even the call does not fit into the model's context,
// the older half of the input is left out, again and again.
func (s *Session) summarize(t *task, input []protocol.ResponseItem, bridge *protocol.MessageItem) (string, error) {
	s.persist(t.settings.line())
	r := s.request(t)
	r.Tools = nil
	r.OutputSchema = nil
	r.Instructions = prompt.Instructions(prompt.InstructionsOptions{Family: t.settings.family, Override: t.settings.baseInstructions})
	ask := prompt.SummarizeItem()
	for {
		r.Input = append(input, ask)
		var summary string
		err := s.retry(t, func() (err error) {
			summary, err = s.summary(t, r)
			return err
		})
		var tooLong *modelclient.ContextWindowError
		if !errors.As(err, &tooLong) {
			return summary, err
		}
		less := newerHalf(input, bridge)
		if len(less) == len(input) {
			return "", err
		}
		input = less
	}
}

// summary makes one attempt to get a summary: the text of the last message that
// the model writes.
func (s *Session) summary(t *task, r *modelclient.Request) (string, error) {
	stream, err := s.o.Model.Stream(t.ctx, r)
	if err != nil {
		return "", err
	}
	defer stream.Close()
	text := ""
	for {
		e, err := stream.Next(t.ctx)
		if err == io.EOF {
			return text, nil
		}
		if err != nil {
			return "", err
		}
		switch e.Kind {
		case modelclient.RateLimits:
			s.limits(t, e.RateLimits)
		case modelclient.ItemDone:
			if m, ok := e.Item.(*protocol.MessageItem); ok && m.Role == "assistant" {
				text = lastText(m, text)
			}
		case modelclient.Completed:
			s.completed(t, &answer{}, e.Usage)
		}
	}
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

// newerHalf returns items without the older half of what follows the context
// and the bridge that they begin with. An output that loses its call goes too.
func newerHalf(items []protocol.ResponseItem, bridge *protocol.MessageItem) []protocol.ResponseItem {
	first := slices.IndexFunc(items, func(item protocol.ResponseItem) bool {
		m, ok := item.(*protocol.MessageItem)
		if !ok || m.Role != "user" {
			return true
		}
		_, own := rollout.UserMessage(m)
		return own && m != bridge
	})
	if first < 0 || len(items)-first < 2 {
		return items
	}
	cut := first + (len(items)-first)/2
	if _, ok := outputOf(items[cut]); ok {
		cut++ // its call is gone
	}
	return slices.Concat(items[:first], items[cut:])
}
