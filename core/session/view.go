package session

import (
	"slices"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/protocol"
)

// view is the state of the conversation as its events tell it, up to the last
// one. The event log guards it.
type view struct {
	turnID    string // of the open turn, or ""
	settings  protocol.TurnContextLine
	tokens    protocol.TokenCountEvent
	approvals []approval.Request // open, oldest first
}

// observe follows one event.
func (v *view) observe(e event.Event) {
	switch m := e.Msg.(type) {
	case *protocol.TaskStartedEvent:
		v.turnID = e.TurnID
	case *protocol.TaskCompleteEvent, *protocol.TurnAbortedEvent:
		if e.TurnID == v.turnID {
			v.turnID = ""
		}
	case *protocol.TokenCountEvent:
		v.tokens = *m
	}
	switch d := e.Detail.(type) {
	case *event.SettingsChanged:
		v.settings = d.Settings
	case *event.ApprovalAsked:
		v.approvals = append(v.approvals, approval.Request{
			SubmissionID: e.SubmissionID, TurnID: e.TurnID, CallID: d.CallID, Question: e.Msg,
		})
	case *event.ApprovalSettled:
		v.approvals = slices.DeleteFunc(v.approvals, func(r approval.Request) bool {
			return r.TurnID == e.TurnID && r.CallID == d.CallID
		})
	}
}

// Snapshot is a conversation at one moment, for a client that joins.
type Snapshot struct {
	TurnID    string // of the open turn, or ""
	Settings  protocol.TurnContextLine
	Tokens    protocol.TokenCountEvent
	Approvals []approval.Request // open, oldest first
	Seq       uint64             // everything up to here is in the snapshot
}

// Join subscribes and takes a snapshot at the same moment: the snapshot is what
// the events up to its Seq come to, and the subscription brings every event
// after it. When nobody else follows, the subscription begins with the events
// that nobody has seen, although the snapshot holds them too.
func (s *Session) Join() (*event.Subscription, Snapshot) {
	var snap Snapshot
	sub, seq := s.log.SubscribeWith(func() {
		snap = Snapshot{
			TurnID:    s.view.turnID,
			Settings:  s.view.settings,
			Tokens:    s.view.tokens,
			Approvals: slices.Clone(s.view.approvals),
		}
	})
	snap.Seq = seq
	return sub, snap
}
