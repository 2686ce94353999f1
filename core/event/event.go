package event

import (
	"time"

	"github.com/codex-go/codex/protocol"
)

// Event is something that happened in a conversation.
type Event struct {
	// Seq counts the events of the conversation from 1 without gaps.
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

func (*ItemOpened) isDetail()        {}
func (*ItemClosed) isDetail()        {}
func (*UserInputRecorded) isDetail() {}
func (*ApprovalAsked) isDetail()     {}
func (*ApprovalSettled) isDetail()   {}
func (*SettingsChanged) isDetail()   {}
func (*TurnFailed) isDetail()        {}

// delta reports whether e is a piece of a text or of a command's output: what
// may be dropped while nobody listens and merged for a slow follower.
func (e *Event) delta() bool {
	switch e.Msg.(type) {
	case *protocol.AgentMessageDeltaEvent, *protocol.AgentReasoningDeltaEvent,
		*protocol.AgentReasoningRawContentDeltaEvent, *protocol.ExecCommandOutputDeltaEvent:
		return true
	}
	return false
}

// overhead is what an event costs beside its texts, in bytes.
const overhead = 192

// cost estimates the memory that a queued event holds.
func (e *Event) cost() int {
	switch m := e.Msg.(type) {
	case *protocol.AgentMessageDeltaEvent:
		return overhead + len(m.Delta)
	case *protocol.AgentReasoningDeltaEvent:
		return overhead + len(m.Delta)
	case *protocol.AgentReasoningRawContentDeltaEvent:
		return overhead + len(m.Delta)
	case *protocol.ExecCommandOutputDeltaEvent:
		return overhead + len(m.Chunk)
	case *protocol.ExecCommandEndEvent:
		return overhead + len(m.Stdout) + len(m.Stderr) + len(m.AggregatedOutput) + len(m.FormattedOutput)
	case *protocol.AgentMessageEvent:
		return overhead + len(m.Message)
	case *protocol.AgentReasoningEvent:
		return overhead + len(m.Text)
	case *protocol.TurnDiffEvent:
		return overhead + len(m.UnifiedDiff)
	}
	return 2 * overhead
}

// mergeLimit bounds the text of a merged delta, in bytes.
const mergeLimit = 64 << 10

// merge returns a new message that holds a and then b, when both are deltas of
// the same thing and small enough together.
func merge(a, b *Event) (protocol.EventMsg, bool) {
	if a.SubmissionID != b.SubmissionID || a.TurnID != b.TurnID || a.ItemID != b.ItemID || a.Detail != nil || b.Detail != nil {
		return nil, false
	}
	switch x := a.Msg.(type) {
	case *protocol.AgentMessageDeltaEvent:
		if y, ok := b.Msg.(*protocol.AgentMessageDeltaEvent); ok && len(x.Delta)+len(y.Delta) <= mergeLimit {
			return &protocol.AgentMessageDeltaEvent{Delta: x.Delta + y.Delta}, true
		}
	case *protocol.AgentReasoningDeltaEvent:
		if y, ok := b.Msg.(*protocol.AgentReasoningDeltaEvent); ok && len(x.Delta)+len(y.Delta) <= mergeLimit {
			return &protocol.AgentReasoningDeltaEvent{Delta: x.Delta + y.Delta}, true
		}
	case *protocol.AgentReasoningRawContentDeltaEvent:
		if y, ok := b.Msg.(*protocol.AgentReasoningRawContentDeltaEvent); ok && len(x.Delta)+len(y.Delta) <= mergeLimit {
			return &protocol.AgentReasoningRawContentDeltaEvent{Delta: x.Delta + y.Delta}, true
		}
	case *protocol.ExecCommandOutputDeltaEvent:
		y, ok := b.Msg.(*protocol.ExecCommandOutputDeltaEvent)
		if ok && x.CallID == y.CallID && x.Stream == y.Stream && len(x.Chunk)+len(y.Chunk) <= mergeLimit {
			return &protocol.ExecCommandOutputDeltaEvent{CallID: x.CallID, Stream: x.Stream, Chunk: append(append([]byte{}, x.Chunk...), y.Chunk...)}, true
		}
	}
	return nil, false
}
