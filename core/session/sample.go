package session

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// answer is what one response of the model came to.
type answer struct {
	last  *string              // last text of the last assistant message
	calls int                  // calls that were answered
	usage *protocol.TokenUsage // nil when the model did not say
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

// shortDelay prints a delay in milliseconds below a second.
func shortDelay(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return fmt.Sprintf("%.3fs", d.Seconds())
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// request builds a model call from the history.
func (s *Session) request(t *task) *modelclient.Request {
	set := t.settings
	offered := s.o.Tools.Offered(tools.Offer{
		Family:    set.family,
		PlanTool:  set.planTool,
		WebSearch: set.webSearch,
		ViewImage: set.viewImage,
	})
	r := &modelclient.Request{
		Model: set.model,
		Instructions: prompt.Instructions(prompt.InstructionsOptions{
			Family:            set.family,
			Override:          set.baseInstructions,
			HasApplyPatchTool: tools.HasApplyPatch(offered),
		}),
		Input:          s.input(t),
		Tools:          offered,
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

// attempt streams one response.
func (s *Session) attempt(t *task, a *answer) error {
	stream, err := s.o.Model.Stream(t.ctx, s.request(t))
	if err != nil {
		return err
	}
	defer stream.Close()
	for {
		// A client that does not read stops its own model stream here.
		if err := s.room(t.ctx); err != nil {
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

// handleStream handles one event of a response. (spec: agent-loop, stream
// handling)
func (s *Session) handleStream(t *task, a *answer, e modelclient.Event) error {
	raw := s.o.Config.ShowRawReasoning
	switch e.Kind {
	case modelclient.RateLimits:
		s.limits(t, e.RateLimits)
	case modelclient.TextDelta:
		if !t.settings.review {
			s.emitItem(t, e.ItemID, &protocol.AgentMessageDeltaEvent{Delta: e.Delta}, nil)
		}
	case modelclient.SummaryDelta:
		s.emitItem(t, e.ItemID, &protocol.AgentReasoningDeltaEvent{Delta: e.Delta}, nil)
	case modelclient.SummaryPartAdded:
		s.emitItem(t, e.ItemID, &protocol.AgentReasoningSectionBreakEvent{}, nil)
	case modelclient.ReasoningDelta:
		if raw {
			s.emitItem(t, e.ItemID, &protocol.AgentReasoningRawContentDeltaEvent{Delta: e.Delta}, nil)
		}
	case modelclient.ItemOpened:
		s.emitItem(t, e.ItemID, nil, &event.ItemOpened{Type: e.ItemType})
	case modelclient.WebSearchBegin:
		s.emitItem(t, e.ItemID, &protocol.WebSearchBeginEvent{CallID: e.CallID}, nil)
	case modelclient.ItemDone:
		return s.itemDone(t, a, e.Item, e.ItemID)
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
		if i.Role != "assistant" {
			return nil
		}
		s.record(t, item)
		s.showMessage(t, a, i, itemID)
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

// showMessage shows a finished message of the agent.
func (s *Session) showMessage(t *task, a *answer, m *protocol.MessageItem, itemID string) {
	a.last = nil
	for _, c := range m.Content {
		c, ok := c.(*protocol.OutputTextContent)
		if !ok {
			continue
		}
		a.last = &c.Text
		if !t.settings.review {
			s.emitItem(t, itemID, &protocol.AgentMessageEvent{Message: c.Text}, nil)
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
	s.record(t, item)
	result, err := s.o.Tools.Call(t.ctx, s.toolTurn(t), item)
	if err != nil {
		// Only an abort ends a call without a result.
		s.record(t, output(item, abortedOutput, false))
		s.emitItem(t, itemID, nil, &event.ItemClosed{})
		return err
	}
	s.record(t, output(item, result.Text, result.Success))
	a.calls++
	s.emitItem(t, itemID, nil, &event.ItemClosed{Item: item})
	return nil
}
