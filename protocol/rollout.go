package protocol

import "encoding/json"

// RolloutLine is one line of a rollout file:
// {"timestamp": ..., "type": ..., "payload": {...}}.
// (spec: events-and-rollouts, rollout files)
type RolloutLine struct {
	// Timestamp is the time of writing: UTC with exactly three fractional
	// digits and a Z.
	Timestamp string
	Item      RolloutItem
	// ItemID is the model's id of a response item, "item_id" beside the
	// payload. It is written only for providers that need it after a resume;
	// reading gives it to the item, if the item can have one.
	ItemID string
	// Ordinal is the number of the line in files of newer releases that number
	// their lines; nil in others.
	Ordinal *uint64
}

// RolloutItem is what a rollout line holds, tagged by "type" with the fields
// in "payload".
type RolloutItem interface {
	// RolloutType returns the tag.
	RolloutType() string
	isRolloutItem()
}

// SessionMeta is the first line of a rollout.
type SessionMeta struct {
	ID           ConversationID `json:"id"`
	Timestamp    string         `json:"timestamp"` // start of the conversation
	Cwd          string         `json:"cwd"`
	Originator   string         `json:"originator"`
	CLIVersion   string         `json:"cli_version"`
	Instructions *string        `json:"instructions"` // the user's instructions
	Source       SessionSource  `json:"source,omitzero"`
	Git          *GitInfo       `json:"git,omitzero"` // nil outside a repository
}

// ResponseItemLine records an item of the conversation.
type ResponseItemLine struct {
	Item ResponseItem `wire:"transparent"`
}

// EventMsgLine records an event.
type EventMsgLine struct {
	Msg EventMsg `wire:"transparent"`
}

// TurnContextLine records the settings of a model call.
type TurnContextLine struct {
	Cwd            string           `json:"cwd"`
	ApprovalPolicy AskForApproval   `json:"approval_policy"`
	SandboxPolicy  SandboxPolicy    `json:"sandbox_policy"`
	Model          string           `json:"model"`
	Effort         ReasoningEffort  `json:"effort,omitzero"`
	Summary        ReasoningSummary `json:"summary"`
}

// CompactedLine records that the conversation was summed up.
type CompactedLine struct {
	Message string `json:"message"` // the summary
}

// UnknownRolloutItem is a line of a type that this release does not know. Raw
// is the payload.
type UnknownRolloutItem struct {
	Type string
	Raw  json.RawMessage `wire:"transparent"`
}
