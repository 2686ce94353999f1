package protocol

import "math/bits"

// TokenUsage counts the tokens of one or more model calls.
type TokenUsage struct {
	InputTokens           uint64 `json:"input_tokens"`
	CachedInputTokens     uint64 `json:"cached_input_tokens"`
	OutputTokens          uint64 `json:"output_tokens"`
	ReasoningOutputTokens uint64 `json:"reasoning_output_tokens"`
	TotalTokens           uint64 `json:"total_tokens"`
}

// TokenUsageInfo is the token account of a conversation.
type TokenUsageInfo struct {
	TotalTokenUsage    TokenUsage `json:"total_token_usage"`
	LastTokenUsage     TokenUsage `json:"last_token_usage"`
	ModelContextWindow *uint64    `json:"model_context_window"`
}

// RateLimitSnapshot is the state of the account's rate limits as the last
// response told it.
type RateLimitSnapshot struct {
	Primary   *RateLimitWindow `json:"primary"`
	Secondary *RateLimitWindow `json:"secondary"`
}

// RateLimitWindow is one rate limit.
type RateLimitWindow struct {
	UsedPercent     float64 `json:"used_percent"` // 0 to 100
	WindowMinutes   *uint64 `json:"window_minutes"`
	ResetsInSeconds *uint64 `json:"resets_in_seconds"`
}

// Add returns the element-wise sum.
func (u TokenUsage) Add(v TokenUsage) TokenUsage {
	u.InputTokens += v.InputTokens
	u.CachedInputTokens += v.CachedInputTokens
	u.OutputTokens += v.OutputTokens
	u.ReasoningOutputTokens += v.ReasoningOutputTokens
	u.TotalTokens += v.TotalTokens
	return u
}

// InContext returns the tokens that stay in the model's context: all but the
// reasoning.
func (u TokenUsage) InContext() uint64 {
	return u.TotalTokens - min(u.TotalTokens, u.ReasoningOutputTokens)
}

// NonCachedInput returns the input tokens that the provider had not cached.
func (u TokenUsage) NonCachedInput() uint64 {
	return u.InputTokens - min(u.InputTokens, u.CachedInputTokens)
}

// Blended returns what people are told that a conversation used: input that
// was not cached, and output.
func (u TokenUsage) Blended() uint64 { return u.NonCachedInput() + u.OutputTokens }

// contextBaseline is what every conversation needs: instructions and tools.
const contextBaseline = 12_000

// ContextLeft returns how much of a model's context window is free after a call
// that used u, in per cent, rounded down. What every conversation needs does
// not count. (spec: events-and-rollouts, token usage and rate limits)
func (u TokenUsage) ContextLeft(window uint64) int {
	if window <= contextBaseline {
		return 0
	}
	room := window - contextBaseline
	used := min(max(u.InContext(), contextBaseline)-contextBaseline, room)
	high, low := bits.Mul64(room-used, 100)
	percent, _ := bits.Div64(high, low, room)
	return int(percent)
}
