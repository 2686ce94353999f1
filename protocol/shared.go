package protocol

import "encoding/json"

// Plan is the argument of the update_plan tool and the payload of its event.
// Unknown members are refused.
type Plan struct {
	_           struct{}   `wire:"strict"`
	Explanation *string    `json:"explanation"`
	Steps       []PlanStep `json:"plan"`
}

// PlanStep is one step of a plan. Unknown members are refused.
type PlanStep struct {
	_      struct{}   `wire:"strict"`
	Step   string     `json:"step"`
	Status StepStatus `json:"status"`
}

// McpInvocation is a call of an MCP tool.
type McpInvocation struct {
	Server    string          `json:"server"`
	Tool      string          `json:"tool"`
	Arguments json.RawMessage `json:"arguments" wire:"nullable"` // nil is written as null
}

// HistoryEntry is a line of the message history as events show it.
type HistoryEntry struct {
	ConversationID string `json:"conversation_id"`
	Timestamp      uint64 `json:"ts"` // Unix seconds
	Text           string `json:"text"`
}

// CustomPrompt is a prompt file of the user.
type CustomPrompt struct {
	Name         string  `json:"name"`
	Path         string  `json:"path"`
	Content      string  `json:"content"`
	Description  *string `json:"description"`
	ArgumentHint *string `json:"argument_hint"`
}

// GitInfo says where in version control a conversation began.
type GitInfo struct {
	CommitHash    string `json:"commit_hash,omitzero"`
	Branch        string `json:"branch,omitzero"`
	RepositoryURL string `json:"repository_url,omitzero"` // without user information
}

// Duration is a span of time on the wire: {"secs": n, "nanos": n}.
type Duration struct {
	Secs  uint64 `json:"secs"`
	Nanos uint32 `json:"nanos"`
}
