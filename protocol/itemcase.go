package protocol

import "github.com/codex-go/codex/mcptypes/wire"

// itemUnion names the model items. A new item is added here.
var itemUnion = wire.Register[ResponseItem](wire.Internal("type"),
	itemCase[MessageItem](),
	itemCase[ReasoningItem](),
	itemCase[LocalShellCallItem](),
	itemCase[FunctionCallItem](),
	itemCase[FunctionCallOutputItem](),
	itemCase[CustomToolCallItem](),
	itemCase[CustomToolCallOutputItem](),
	itemCase[WebSearchCallItem](),
	wire.Unknown[UnknownItem](),
)

// The unions of the parts of items.
var (
	_ = wire.Register[ContentItem](wire.Internal("type"),
		wire.Of[InputTextContent]("input_text"),
		wire.Of[InputImageContent]("input_image"),
		wire.Of[OutputTextContent]("output_text"),
		wire.Unknown[UnknownContent](),
	)
	_ = wire.Register[ReasoningContent](wire.Internal("type"),
		wire.Of[ReasoningText]("reasoning_text"),
		wire.Of[PlainReasoningText]("text"),
		wire.Unknown[UnknownReasoning](),
	)
	_ = wire.Register[WebSearchAction](wire.Internal("type"),
		wire.Of[SearchAction]("search"),
		wire.Unknown[OtherAction](),
	)
)

// itemCase is the case of the item type C.
func itemCase[C any, P interface {
	*C
	ResponseItem
}]() wire.Case {
	return wire.Of[C](P(new(C)).ItemType())
}

// ItemType returns "message".
func (*MessageItem) ItemType() string { return "message" }

// ItemType returns "reasoning".
func (*ReasoningItem) ItemType() string { return "reasoning" }

// ItemType returns "local_shell_call".
func (*LocalShellCallItem) ItemType() string { return "local_shell_call" }

// ItemType returns "function_call".
func (*FunctionCallItem) ItemType() string { return "function_call" }

// ItemType returns "function_call_output".
func (*FunctionCallOutputItem) ItemType() string { return "function_call_output" }

// ItemType returns "custom_tool_call".
func (*CustomToolCallItem) ItemType() string { return "custom_tool_call" }

// ItemType returns "custom_tool_call_output".
func (*CustomToolCallOutputItem) ItemType() string { return "custom_tool_call_output" }

// ItemType returns "web_search_call".
func (*WebSearchCallItem) ItemType() string { return "web_search_call" }

// ItemType returns the tag of the item as it came.
func (i *UnknownItem) ItemType() string { return i.Type }

func (*MessageItem) isResponseItem()              {}
func (*ReasoningItem) isResponseItem()            {}
func (*LocalShellCallItem) isResponseItem()       {}
func (*FunctionCallItem) isResponseItem()         {}
func (*FunctionCallOutputItem) isResponseItem()   {}
func (*CustomToolCallItem) isResponseItem()       {}
func (*CustomToolCallOutputItem) isResponseItem() {}
func (*WebSearchCallItem) isResponseItem()        {}
func (*UnknownItem) isResponseItem()              {}
