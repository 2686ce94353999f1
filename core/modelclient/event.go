package modelclient

import "github.com/codex-go/codex/protocol"

// Kind is what an [Event] reports.
type Kind uint8

// Kinds of events, with the fields of [Event] that each one sets.
const (
	// RateLimits is the first event of every Responses stream, also of one
	// whose headers told nothing: RateLimits. Chat Completions has none.
	RateLimits Kind = iota + 1
	// Created says that the model began: ResponseID.
	Created
	// ItemOpened says that the model began an item: ItemType, ItemID.
	ItemOpened
	// TextDelta is a piece of an assistant message: Delta, ItemID.
	TextDelta
	// SummaryPartAdded begins another part of a reasoning summary: ItemID,
	// Index.
	SummaryPartAdded
	// SummaryDelta is a piece of a reasoning summary: Delta, ItemID, Index.
	SummaryDelta
	// ReasoningDelta is a piece of raw reasoning: Delta, ItemID, Index.
	ReasoningDelta
	// WebSearchBegin says that the provider searches the web: CallID, which is
	// the id of the item that the search will be.
	WebSearchBegin
	// ItemDone brings a finished item: Item, ItemID.
	ItemDone
	// Completed is the last event: ResponseID, and Usage when the provider
	// told it.
	Completed
)

var kindNames = [...]string{
	RateLimits: "RateLimits", Created: "Created", ItemOpened: "ItemOpened", TextDelta: "TextDelta",
	SummaryPartAdded: "SummaryPartAdded", SummaryDelta: "SummaryDelta", ReasoningDelta: "ReasoningDelta",
	WebSearchBegin: "WebSearchBegin", ItemDone: "ItemDone", Completed: "Completed",
}

// String returns the name of the constant.
func (k Kind) String() string {
	if int(k) < len(kindNames) && kindNames[k] != "" {
		return kindNames[k]
	}
	return "Kind(?)"
}

// Event is one thing that a model said. It is passed by value; which fields
// are set depends on Kind.
type Event struct {
	Kind Kind
	// Delta is text to append.
	Delta string
	// Item is a finished item. It is never nil in an ItemDone and may be a
	// [*protocol.UnknownItem].
	Item protocol.ResponseItem
	// ItemType is the type of an item that began, such as "message".
	ItemType string
	// ItemID is the id that the model gave the item; it may be empty. Chat
	// Completions gives none, so the client makes one up for the events of an
	// item, which the item itself does not get.
	ItemID string
	// Index counts the parts of a reasoning item from 0.
	Index int
	// CallID is the id of a web search; it may be empty.
	CallID string
	// RateLimits is never nil in a RateLimits event; its windows may be.
	RateLimits *protocol.RateLimitSnapshot
	// Usage is nil when the provider told none.
	Usage *protocol.TokenUsage
	// ResponseID is the id of the response; it may be empty.
	ResponseID string
}
