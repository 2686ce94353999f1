package event

import (
	"time"

	"github.com/codex-go/codex/protocol"
)

// Event is something that happened in a conversation.
type Event struct {
	// Seq counts the events of the conversation from 1 without gaps. An event
	// that joins several has the number of the last one.
	Seq uint64
	// Time is when the event was published.
	Time time.Time
	// SubmissionID is the id of the event on the first generation's wire: the
	// submission that caused it, or "" for the start-up.
	SubmissionID string
	// TurnID is the id of the turn that the event belongs to, or "".
	TurnID string
	// ItemID is the id of the item that the event belongs to, or "".
	ItemID string
	// Msg is what the first generation shows. Nil shows nothing.
	Msg protocol.EventMsg
	// Detail is what only later generations show, or nil.
	Detail Detail
}

// Detail is a fact that the first generation's wire does not know.
type Detail interface{ isDetail() }

// ItemOpened reports that the model began an item, before its first delta.
type ItemOpened struct {
	Type string // tag of the item
}

// ItemClosed reports that an item is finished, or was cut off.
type ItemClosed struct {
	Item protocol.ResponseItem // nil when it was cut off
}

// UserInputRecorded reports that input entered the history.
type UserInputRecorded struct {
	Item *protocol.MessageItem
}

// ApprovalAsked reports a new open approval. Its question is in Msg.
type ApprovalAsked struct {
	CallID string
}

// ApprovalSettled reports that an approval is no longer open.
type ApprovalSettled struct {
	CallID   string
	Decision protocol.ReviewDecision
	// Answered is false when the end of the turn settled it.
	Answered bool
}

// SettingsChanged reports new settings for later turns.
type SettingsChanged struct {
	Settings protocol.TurnContextLine
}

// TurnFailed tells more about the error event that carries it.
type TurnFailed struct {
	Err       error
	WillRetry bool
}

// CompactionStarted reports that the conversation is being summed up.
type CompactionStarted struct{}

// CompactionFinished reports that it was, or why it was not.
type CompactionFinished struct {
	Err error // nil when it was
}

func (*ItemOpened) isDetail()        {}
func (*ItemClosed) isDetail()        {}
func (*UserInputRecorded) isDetail() {}
func (*ApprovalAsked) isDetail()     {}
func (*ApprovalSettled) isDetail()   {}
func (*SettingsChanged) isDetail()   {}
func (*TurnFailed) isDetail()        {}

func (*CompactionStarted) isDetail()  {}
func (*CompactionFinished) isDetail() {}
