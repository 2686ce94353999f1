package session

import (
	"io"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// answer is what one response of the model came to.
type answer struct {
	last  *string              // last text of the last assistant message
	calls int                  // calls whose outputs the model has not seen
	usage *protocol.TokenUsage // nil when the model did not say
	// item is the id that was made up for the item that comes in, or "".
	item string
}

// sample makes one model call, retries included, and carries out what the
// model asks for while the response streams. What was finished in a failed
// attempt stays: the next attempt goes on from there.
// (spec: agent-loop, sampling request; turn-level retry)
func (s *Session) sample(t *task) (*answer, error) {
	a := &answer{}
	err := s.retry(t, func() error {
		s.persist(t.settings.line())
		return s.attempt(t, a)
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// request builds a model call from the history.
func (s *Session) request(t *task) *modelclient.Request {
	set := t.settings
	if t.offered == nil {
		t.offered = s.o.Tools.Offered(tools.Offer{
			Family:    set.family,
			PlanTool:  set.planTool,
			WebSearch: set.webSearch,
			ViewImage: set.viewImage,
			Review:    set.review,
		})
		t.instructions = prompt.Instructions(prompt.InstructionsOptions{
			Family:            set.family,
			Override:          set.baseInstructions,
			HasApplyPatchTool: tools.HasApplyPatch(t.offered),
		})
	}
	r := &modelclient.Request{
		Model:          set.model,
		Instructions:   t.instructions,
		Input:          s.input(t),
		Tools:          t.offered,
		OutputSchema:   set.outputSchema,
		ConversationID: string(s.o.ID),
	}
	if set.family.Reasoning {
		r.Reasoning = &modelclient.Reasoning{Effort: set.effort, Summary: set.summary}
	}
	if set.family.Verbosity {
		r.Verbosity = s.o.Config.Verbosity
	}
	return r
}

// attempt streams one response. What the model began and did not finish is
// closed when it ends.
func (s *Session) attempt(t *task, a *answer) error {
	// Calls of an attempt that failed have their outputs in this one's input.
	a.calls, a.item = 0, ""
	stream, err := s.o.Model.Stream(t.ctx, s.request(t))
	if err != nil {
		return err
	}
	defer stream.Close()
	defer s.closeItems(t)
	for {
		// A client that does not read stops its own model stream here.
		if err := s.log.Room(t.ctx); err != nil {
			return err
		}
		e, err := stream.Next(t.ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.handleStream(t, a, e); err != nil {
			return err
		}
	}
}

// itemID returns the id of the item that an event is about: the model's, or one
// that is made up from the first event about it to the last.
func (s *Session) itemID(a *answer, e *modelclient.Event) string {
	if e.ItemID != "" {
		return e.ItemID
	}
	if a.item == "" {
		a.item = "item_" + protocol.NewTurnID(s.o.Now())
	}
	id := a.item
	if e.Kind == modelclient.ItemDone {
		a.item = ""
	}
	return id
}

// handleStream handles one event of a response. (spec: agent-loop, stream
// handling)
func (s *Session) handleStream(t *task, a *answer, e modelclient.Event) error {
	switch e.Kind {
	case modelclient.RateLimits:
		s.limits(t, e.RateLimits)
	case modelclient.TextDelta:
		if t.kind != reviewTask {
			s.emitItem(t, s.itemID(a, &e), &protocol.AgentMessageDeltaEvent{Delta: e.Delta}, nil)
		}
	case modelclient.SummaryDelta:
		s.emitItem(t, s.itemID(a, &e), &protocol.AgentReasoningDeltaEvent{Delta: e.Delta}, nil)
	case modelclient.SummaryPartAdded:
		s.emitItem(t, s.itemID(a, &e), &protocol.AgentReasoningSectionBreakEvent{}, nil)
	case modelclient.ReasoningDelta:
		if s.o.Config.ShowRawReasoning {
			s.emitItem(t, s.itemID(a, &e), &protocol.AgentReasoningRawContentDeltaEvent{Delta: e.Delta}, nil)
		}
	case modelclient.ItemOpened:
		s.emitItem(t, s.itemID(a, &e), nil, &event.ItemOpened{Type: e.ItemType})
	case modelclient.WebSearchBegin:
		s.emitItem(t, s.itemID(a, &e), &protocol.WebSearchBeginEvent{CallID: e.CallID}, nil)
	case modelclient.ItemDone:
		return s.itemDone(t, a, e.Item, s.itemID(a, &e))
	case modelclient.Completed:
		s.completed(t, a, e.Usage)
	}
	return nil
}

// limits takes over rate limits and shows the account.
func (s *Session) limits(t *task, limits *protocol.RateLimitSnapshot) {
	s.mu.Lock()
	s.account.setLimits(limits)
	count := s.account.event()
	s.mu.Unlock()
	s.emit(t, count)
}

// completed counts the tokens of a response and shows what changed.
func (s *Session) completed(t *task, a *answer, usage *protocol.TokenUsage) {
	a.usage = usage
	s.mu.Lock()
	if usage != nil {
		s.account.addUsage(*usage, t.settings.contextWindow)
	}
	count := s.account.event()
	s.mu.Unlock()
	s.emit(t, count)
	s.showDiff(t)
}

// showDiff shows the turn diff if it says something new.
func (s *Session) showDiff(t *task) {
	diff, changed, err := t.diff.Diff(t.ctx)
	if err != nil && t.ctx.Err() == nil {
		s.zlog.Warn().Err(err).Msg("the turn diff is not complete")
	}
	if changed {
		s.emit(t, &protocol.TurnDiffEvent{UnifiedDiff: diff})
	}
}

// itemDone handles a finished item to its end: a call is carried out before the
// next event is read. (spec: agent-loop, stream handling)
func (s *Session) itemDone(t *task, a *answer, item protocol.ResponseItem, itemID string) error {
	switch i := item.(type) {
	case *protocol.MessageItem:
		if i.Role == "assistant" {
			s.record(t, item)
			s.showMessage(t, a, i, itemID)
		}
	case *protocol.ReasoningItem:
		s.record(t, item)
		s.showReasoning(t, i, itemID)
	case *protocol.WebSearchCallItem:
		s.record(t, item)
		if search, ok := i.Action.(*protocol.SearchAction); ok {
			s.emitItem(t, itemID, &protocol.WebSearchEndEvent{CallID: i.ID, Query: search.Query}, nil)
		}
	case *protocol.FunctionCallItem, *protocol.CustomToolCallItem, *protocol.LocalShellCallItem:
		return s.call(t, a, item, itemID)
	case *protocol.UnknownItem:
		s.record(t, item)
	}
	s.emitItem(t, itemID, nil, &event.ItemClosed{Item: item})
	return nil
}

// showMessage shows a finished message of the agent. A refusal is one, too.
func (s *Session) showMessage(t *task, a *answer, m *protocol.MessageItem, itemID string) {
	for _, c := range m.Content {
		var text string
		switch c := c.(type) {
		case *protocol.OutputTextContent:
			text = c.Text
		case *protocol.UnknownContent:
			if text = c.Text(); text == "" {
				continue
			}
		default:
			continue
		}
		a.last = &text
		if t.kind != reviewTask {
			s.emitItem(t, itemID, &protocol.AgentMessageEvent{Message: text}, nil)
		}
	}
}

// showReasoning shows finished reasoning.
func (s *Session) showReasoning(t *task, r *protocol.ReasoningItem, itemID string) {
	for _, part := range r.Summary {
		s.emitItem(t, itemID, &protocol.AgentReasoningEvent{Text: part.Text}, nil)
	}
	if !s.o.Config.ShowRawReasoning {
		return
	}
	for _, c := range r.Content {
		s.emitItem(t, itemID, &protocol.AgentReasoningRawContentEvent{Text: c.ReasoningText()}, nil)
	}
}

// call carries out a call of the model. The call is recorded at once and its
// output right behind it, whatever happens in between.
func (s *Session) call(t *task, a *answer, item protocol.ResponseItem, itemID string) error {
	item = identified(item, func() string { return itemID })
	s.record(t, item)
	s.setCall(t, item)
	result, err := s.o.Tools.Call(t.ctx, &toolHost{s: s, t: t}, item)
	if !s.setCall(t, nil) {
		return t.ctx.Err() // the task was given up, and the call answered for it
	}
	if err != nil {
		// Only the end of the turn ends a call without a result.
		s.record(t, output(item, abortedOutput, false))
		s.emitItem(t, itemID, nil, &event.ItemClosed{})
		return err
	}
	s.record(t, output(item, result.Text, result.Success))
	a.calls++
	s.emitItem(t, itemID, nil, &event.ItemClosed{Item: item})
	return nil
}

// setCall notes which call of a task has no output so far, nil for none, and
// reports whether there was none, or the one that was noted before.
func (s *Session) setCall(t *task, item protocol.ResponseItem) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	noted := t.call != nil
	t.call = item
	return noted || item != nil
}
