package protocol

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
