package event

import "github.com/codex-go/codex/protocol"

// mergeLimit bounds the text of a joined delta, in bytes.
const mergeLimit = 64 << 10

// delta reports whether e is a piece of a text or of a command's output: what
// may be dropped while nobody listens and joined for a slow follower.
func (e *Event) delta() bool {
	switch e.Msg.(type) {
	case *protocol.AgentMessageDeltaEvent, *protocol.AgentReasoningDeltaEvent,
		*protocol.AgentReasoningRawContentDeltaEvent, *protocol.ExecCommandOutputDeltaEvent:
		return e.Detail == nil
	}
	return false
}

// continuedBy reports whether next is the continuation of the same text.
func (e *Event) continuedBy(next *Event) bool {
	if !e.delta() || next.Detail != nil ||
		e.SubmissionID != next.SubmissionID || e.TurnID != next.TurnID || e.ItemID != next.ItemID {
		return false
	}
	switch x := e.Msg.(type) {
	case *protocol.AgentMessageDeltaEvent:
		_, ok := next.Msg.(*protocol.AgentMessageDeltaEvent)
		return ok
	case *protocol.AgentReasoningDeltaEvent:
		_, ok := next.Msg.(*protocol.AgentReasoningDeltaEvent)
		return ok
	case *protocol.AgentReasoningRawContentDeltaEvent:
		_, ok := next.Msg.(*protocol.AgentReasoningRawContentDeltaEvent)
		return ok
	case *protocol.ExecCommandOutputDeltaEvent:
		y, ok := next.Msg.(*protocol.ExecCommandOutputDeltaEvent)
		return ok && x.CallID == y.CallID && x.Stream == y.Stream
	}
	return false
}

// textLen returns the length of the text of a delta, in bytes.
func textLen(msg protocol.EventMsg) int {
	switch m := msg.(type) {
	case *protocol.AgentMessageDeltaEvent:
		return len(m.Delta)
	case *protocol.AgentReasoningDeltaEvent:
		return len(m.Delta)
	case *protocol.AgentReasoningRawContentDeltaEvent:
		return len(m.Delta)
	case *protocol.ExecCommandOutputDeltaEvent:
		return len(m.Chunk)
	}
	return 0
}

// appendText appends the text of a delta.
func appendText(dst []byte, msg protocol.EventMsg) []byte {
	switch m := msg.(type) {
	case *protocol.AgentMessageDeltaEvent:
		return append(dst, m.Delta...)
	case *protocol.AgentReasoningDeltaEvent:
		return append(dst, m.Delta...)
	case *protocol.AgentReasoningRawContentDeltaEvent:
		return append(dst, m.Delta...)
	case *protocol.ExecCommandOutputDeltaEvent:
		return append(dst, m.Chunk...)
	}
	return dst
}

// withText returns a delta like msg with another text. It may keep text.
func withText(msg protocol.EventMsg, text []byte) protocol.EventMsg {
	switch m := msg.(type) {
	case *protocol.AgentMessageDeltaEvent:
		return &protocol.AgentMessageDeltaEvent{Delta: string(text)}
	case *protocol.AgentReasoningDeltaEvent:
		return &protocol.AgentReasoningDeltaEvent{Delta: string(text)}
	case *protocol.AgentReasoningRawContentDeltaEvent:
		return &protocol.AgentReasoningRawContentDeltaEvent{Delta: string(text)}
	case *protocol.ExecCommandOutputDeltaEvent:
		return &protocol.ExecCommandOutputDeltaEvent{CallID: m.CallID, Stream: m.Stream, Chunk: text}
	}
	return msg
}
