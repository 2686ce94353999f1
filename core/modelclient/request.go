package modelclient

import (
	"encoding/json"

	"github.com/codex-go/codex/protocol"
)

// Request is one question to a model.
type Request struct {
	// Model is the slug of the model.
	Model string
	// Instructions are the base instructions.
	Instructions string
	// Input is the conversation so far. Items of unknown types are left out.
	Input []protocol.ResponseItem
	// Tools is what the model may call, in the order in which it sees them.
	Tools []Tool
	// Reasoning is nil for models without reasoning.
	Reasoning *Reasoning
	// Verbosity is empty for models that do not accept one.
	Verbosity protocol.Verbosity
	// OutputSchema, when set, is a JSON Schema that the answer must follow.
	// Chat Completions providers cannot do that ([ErrUnsupported]).
	OutputSchema json.RawMessage
	// ConversationID names the conversation to the provider, which caches
	// prompts by it.
	ConversationID string
}

// Reasoning is how a reasoning model should think.
type Reasoning struct {
	// Effort is empty for the model's own choice.
	Effort protocol.ReasoningEffort
	// Summary is how thoughts are summed up. Empty and "none" ask for no
	// summaries.
	Summary protocol.ReasoningSummary
}
