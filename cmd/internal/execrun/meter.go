package execrun

import "github.com/codex-go/codex/protocol"

// meter counts the tokens that a run uses: a resumed conversation has used some
// before.
type meter struct {
	before *protocol.TokenUsageInfo // when the run began; nil for nothing
	now    *protocol.TokenUsageInfo // as last told; nil before that
}

// observe takes what an event says about the use.
func (m *meter) observe(msg protocol.EventMsg) {
	if count, ok := msg.(*protocol.TokenCountEvent); ok && count.Info != nil {
		m.now = count.Info
	}
}

// spent is what the run used, nil when nobody said.
func (m *meter) spent() *protocol.TokenUsage {
	if m.now == nil {
		return nil
	}
	spent := m.now.TotalTokenUsage
	if m.before != nil {
		before := m.before.TotalTokenUsage
		spent.InputTokens -= min(spent.InputTokens, before.InputTokens)
		spent.CachedInputTokens -= min(spent.CachedInputTokens, before.CachedInputTokens)
		spent.OutputTokens -= min(spent.OutputTokens, before.OutputTokens)
	}
	return &spent
}
