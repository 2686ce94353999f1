package protocol

import "encoding/json"

// ResponseItem is one item of the conversation between the user, the model
// and its tools, in the form of model requests and rollouts, tagged by "type".
// Ids that the model gave are read and kept but not written: responses are not
// stored, and an id would make the service look for one.
// (spec: events-and-rollouts, model items)
type ResponseItem interface {
	// ItemType returns the tag.
	ItemType() string
	// ItemID returns the id that the model gave, or "".
	ItemID() string
	isResponseItem()
}

// MessageItem is a message of a user, an assistant or a developer.
type MessageItem struct {
	ID      string        `json:"id" wire:"input"`
	Role    string        `json:"role"`
	Content []ContentItem `json:"content"`
}

// ReasoningItem is the reasoning of a model. Content nil is written as null; a
// Content without any [*ReasoningText] is left out, and so reads as nil.
type ReasoningItem struct {
	ID               string                 `json:"id" wire:"input"`
	Summary          []ReasoningSummaryPart `json:"summary"`
	Content          ReasoningContents      `json:"content,omitzero" wire:"nullable"`
	EncryptedContent *string                `json:"encrypted_content"`
}

// ReasoningSummaryPart is {"type": "summary_text", "text": ...}.
type ReasoningSummaryPart struct {
	_    struct{} `wire:"const=type:summary_text"`
	Text string   `json:"text"`
}

// ReasoningContent is a part of the raw reasoning, tagged by "type".
type ReasoningContent interface {
	// ReasoningText returns the text of the part.
	ReasoningText() string
	isReasoningContent()
}

// ReasoningContents is the raw reasoning of an item.
type ReasoningContents []ReasoningContent

// IsZero reports whether the member is left out: when there are parts, but
// none of the type reasoning_text.
func (c ReasoningContents) IsZero() bool {
	for _, part := range c {
		if _, ok := part.(*ReasoningText); ok {
			return false
		}
	}
	return c != nil
}

// ReasoningText has the type "reasoning_text".
type ReasoningText struct {
	Text string `json:"text"`
}

// PlainReasoningText has the type "text".
type PlainReasoningText struct {
	Text string `json:"text"`
}

// UnknownReasoning is a part of a type that this release does not know, kept
// as it came.
type UnknownReasoning struct {
	Type string          `json:"-"`
	Raw  json.RawMessage `json:"-"`
}

// LocalShellCallItem is a call of the provider's shell tool.
type LocalShellCallItem struct {
	ID     string           `json:"id" wire:"input"`
	CallID *string          `json:"call_id"`
	Status LocalShellStatus `json:"status"`
	Action LocalShellAction `json:"action"`
}

// LocalShellAction is what a [*LocalShellCallItem] runs; its "type" is always
// "exec".
type LocalShellAction struct {
	_                struct{}           `wire:"const=type:exec"`
	Command          []string           `json:"command"`
	TimeoutMS        *uint64            `json:"timeout_ms"`
	WorkingDirectory *string            `json:"working_directory"`
	Env              *map[string]string `json:"env"`
	User             *string            `json:"user"`
}

// FunctionCallItem is a call of a function tool. Arguments is JSON text, kept
// to the letter.
type FunctionCallItem struct {
	ID        string `json:"id" wire:"input"`
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
	CallID    string `json:"call_id"`
}

// FunctionCallOutputItem is the result of a [*FunctionCallItem] or a
// [*LocalShellCallItem].
type FunctionCallOutputItem struct {
	CallID string `json:"call_id"`
	Output string `json:"output"`
	// Success is for the program alone.
	Success *bool `json:"-"`
}

// CustomToolCallItem is a call of a free-form tool.
type CustomToolCallItem struct {
	ID     string `json:"id" wire:"input"`
	Status string `json:"status,omitzero"`
	CallID string `json:"call_id"`
	Name   string `json:"name"`
	Input  string `json:"input"`
}

// CustomToolCallOutputItem is the result of a [*CustomToolCallItem].
type CustomToolCallOutputItem struct {
	CallID string `json:"call_id"`
	Output string `json:"output"`
}

// WebSearchCallItem is a web search that the provider made.
type WebSearchCallItem struct {
	ID     string          `json:"id" wire:"input"`
	Status string          `json:"status,omitzero"`
	Action WebSearchAction `json:"action"`
}

// WebSearchAction is what a web search did, tagged by "type".
type WebSearchAction interface{ isWebSearchAction() }

// SearchAction has the type "search".
type SearchAction struct {
	Query string `json:"query"`
}

// OtherAction is any other action, kept as it came.
type OtherAction struct {
	Type string          `json:"-"`
	Raw  json.RawMessage `json:"-"`
}

// UnknownItem is an item of a type that this release does not know, kept as it
// came. Raw is the whole object.
type UnknownItem struct {
	Type string          `json:"-"`
	Raw  json.RawMessage `json:"-"`
}

func (*ReasoningText) isReasoningContent()      {}
func (*PlainReasoningText) isReasoningContent() {}
func (*UnknownReasoning) isReasoningContent()   {}

// ReasoningText returns the text.
func (t *ReasoningText) ReasoningText() string { return t.Text }

// ReasoningText returns the text.
func (t *PlainReasoningText) ReasoningText() string { return t.Text }

// ReasoningText returns "": what the part says is not known.
func (*UnknownReasoning) ReasoningText() string { return "" }

func (*SearchAction) isWebSearchAction() {}
func (*OtherAction) isWebSearchAction()  {}

// ItemID returns the id that the model gave, or "".
func (i *MessageItem) ItemID() string { return i.ID }

// ItemID returns the id that the model gave, or "".
func (i *ReasoningItem) ItemID() string { return i.ID }

// ItemID returns the id that the model gave, or "".
func (i *LocalShellCallItem) ItemID() string { return i.ID }

// ItemID returns the id that the model gave, or "".
func (i *FunctionCallItem) ItemID() string { return i.ID }

// ItemID returns "": outputs are ours.
func (i *FunctionCallOutputItem) ItemID() string { return "" }

// ItemID returns the id that the model gave, or "".
func (i *CustomToolCallItem) ItemID() string { return i.ID }

// ItemID returns "": outputs are ours.
func (i *CustomToolCallOutputItem) ItemID() string { return "" }

// ItemID returns the id that the model gave, or "".
func (i *WebSearchCallItem) ItemID() string { return i.ID }

// ItemID returns "": what an unknown item calls its id is not known.
func (i *UnknownItem) ItemID() string { return "" }
