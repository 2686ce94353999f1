package protocol

import "encoding/json"

// EventMsg is what a conversation reports, tagged by "type". The tag is also
// the end of the app-server's notification method, codex/event/<type>.
// (spec: events-and-rollouts, events)
type EventMsg interface {
	// EventType returns the tag.
	EventType() string
	isEventMsg()
}

// Event is an event with the id of the submission that caused it; "" for
// events of the start-up.
type Event struct {
	ID  string   `json:"id"`
	Msg EventMsg `json:"msg"`
}

// SessionConfiguredEvent is the first event of every conversation.
// InitialMessages is nil for a new one and never nil for a resumed one.
type SessionConfiguredEvent struct {
	SessionID         ConversationID  `json:"session_id"`
	Model             string          `json:"model"`
	ReasoningEffort   ReasoningEffort `json:"reasoning_effort,omitzero"`
	HistoryLogID      uint64          `json:"history_log_id"`
	HistoryEntryCount uint64          `json:"history_entry_count"`
	InitialMessages   []EventMsg      `json:"initial_messages,omitzero"`
	RolloutPath       string          `json:"rollout_path"`
}

// ErrorEvent reports what ended a turn, or what went wrong at the start.
type ErrorEvent struct {
	Message string `json:"message"`
}

// StreamErrorEvent reports a failed model call that will be retried.
type StreamErrorEvent struct {
	Message string `json:"message"`
}

// TaskStartedEvent reports the start of a task.
type TaskStartedEvent struct {
	ModelContextWindow *uint64 `json:"model_context_window"` // tokens
}

// TaskCompleteEvent reports the end of a task that was not aborted.
type TaskCompleteEvent struct {
	LastAgentMessage *string `json:"last_agent_message"`
}

// TurnAbortedEvent reports that the running task was aborted.
type TurnAbortedEvent struct {
	Reason TurnAbortReason `json:"reason"`
}

// TokenCountEvent reports the token account and the rate limits.
type TokenCountEvent struct {
	Info       *TokenUsageInfo    `json:"info"`
	RateLimits *RateLimitSnapshot `json:"rate_limits"`
}

// UserMessageEvent records what the user said. It stands in rollouts and is
// never sent live.
type UserMessageEvent struct {
	Message string           `json:"message"`
	Kind    InputMessageKind `json:"kind,omitzero"`
	Images  []string         `json:"images,omitzero"`
}

// AgentMessageEvent is one finished text of the model.
type AgentMessageEvent struct {
	Message string `json:"message"`
}

// AgentMessageDeltaEvent is a piece of the text that the model is writing.
type AgentMessageDeltaEvent struct {
	Delta string `json:"delta"`
}

// AgentReasoningEvent is one finished summary of the model's reasoning.
type AgentReasoningEvent struct {
	Text string `json:"text"`
}

// AgentReasoningDeltaEvent is a piece of a reasoning summary.
type AgentReasoningDeltaEvent struct {
	Delta string `json:"delta"`
}

// AgentReasoningSectionBreakEvent reports that a new summary begins.
type AgentReasoningSectionBreakEvent struct{}

// AgentReasoningRawContentEvent is one finished piece of raw reasoning.
type AgentReasoningRawContentEvent struct {
	Text string `json:"text"`
}

// AgentReasoningRawContentDeltaEvent is a piece of raw reasoning.
type AgentReasoningRawContentDeltaEvent struct {
	Delta string `json:"delta"`
}

// McpListToolsResponseEvent answers a [*ListMcpToolsOp].
type McpListToolsResponseEvent struct {
	Tools map[string]McpTool `json:"tools"` // by qualified name
}

// ListCustomPromptsResponseEvent answers a [*ListCustomPromptsOp].
type ListCustomPromptsResponseEvent struct {
	CustomPrompts []CustomPrompt `json:"custom_prompts"`
}

// GetHistoryEntryResponseEvent answers a [*GetHistoryEntryRequestOp].
type GetHistoryEntryResponseEvent struct {
	Offset uint64        `json:"offset"`
	LogID  uint64        `json:"log_id"`
	Entry  *HistoryEntry `json:"entry,omitzero"`
}

// ConversationPathEvent answers a [*GetPathOp].
type ConversationPathEvent struct {
	ConversationID ConversationID `json:"conversation_id"`
	Path           string         `json:"path"`
}

// EnteredReviewModeEvent reports the start of a review.
type EnteredReviewModeEvent struct {
	ReviewRequest
}

// ExitedReviewModeEvent reports the end of a review.
type ExitedReviewModeEvent struct {
	ReviewOutput *ReviewOutput `json:"review_output"`
}

// BackgroundEvent tells about something beside the turn.
type BackgroundEvent struct {
	Message string `json:"message"`
}

// PlanUpdateEvent reports the model's new plan.
type PlanUpdateEvent struct {
	Plan
}

// TurnDiffEvent is the difference that the patches of the task have made so
// far.
type TurnDiffEvent struct {
	UnifiedDiff string `json:"unified_diff"`
}

// ShutdownCompleteEvent answers a [*ShutdownOp].
type ShutdownCompleteEvent struct{}

// UnknownEvent is an event of a newer release, kept as it came. Raw is the
// whole object.
type UnknownEvent struct {
	Type string          `json:"-"`
	Raw  json.RawMessage `json:"-"`
}
