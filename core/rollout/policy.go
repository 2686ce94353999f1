package rollout

import "github.com/codex-go/codex/protocol"

// persistedEvents are the events that a rollout keeps; all others are shown to
// followers and forgotten. (spec: events-and-rollouts, persistence policy)
var persistedEvents = map[string]bool{
	"user_message":                true,
	"agent_message":               true,
	"agent_reasoning":             true,
	"agent_reasoning_raw_content": true,
	"token_count":                 true,
	"entered_review_mode":         true,
	"exited_review_mode":          true,
	"turn_aborted":                true,
}

// Persists reports whether the policy keeps item. Items of the model and lines
// that only newer releases know are kept whatever they are, so that nothing is
// lost when a conversation goes from hand to hand.
func Persists(item protocol.RolloutItem) bool {
	if e, ok := item.(*protocol.EventMsgLine); ok {
		return PersistsEvent(e.Msg)
	}
	return item != nil
}

// PersistsEvent reports whether the policy keeps msg.
func PersistsEvent(msg protocol.EventMsg) bool {
	return msg != nil && persistedEvents[msg.EventType()]
}
