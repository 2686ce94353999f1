package session

import "github.com/codex-go/codex/protocol"

// account is a conversation's token account and the rate limits of the
// user's plan. (spec: agent-loop, rate limits and token accounting)
type account struct {
	info   *protocol.TokenUsageInfo
	limits *protocol.RateLimitSnapshot
}

// addUsage counts one model call against the given context window.
func (a *account) addUsage(u protocol.TokenUsage, window *uint64) {
	info := protocol.TokenUsageInfo{LastTokenUsage: u, TotalTokenUsage: u, ModelContextWindow: window}
	if a.info != nil {
		info.TotalTokenUsage = a.info.TotalTokenUsage.Add(u)
	}
	a.info = &info
}

// setLimits merges a snapshot: a window that the response does not mention
// stays as it was.
func (a *account) setLimits(s *protocol.RateLimitSnapshot) {
	if s == nil {
		return
	}
	merged := *s
	if a.limits != nil {
		if merged.Primary == nil {
			merged.Primary = a.limits.Primary
		}
		if merged.Secondary == nil {
			merged.Secondary = a.limits.Secondary
		}
	}
	a.limits = &merged
}

// event returns the account as an event. The values it points at never change.
func (a *account) event() *protocol.TokenCountEvent {
	return &protocol.TokenCountEvent{Info: a.info, RateLimits: a.limits}
}
