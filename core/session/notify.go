package session

import (
	"fmt"

	"github.com/codex-go/codex/protocol"
)

// turnComplete is what the user's notify program is told.
type turnComplete struct {
	Type                 string   `json:"type"`
	TurnID               string   `json:"turn-id"`
	InputMessages        []string `json:"input-messages"`
	LastAssistantMessage *string  `json:"last-assistant-message"`
}

// notify starts the user's program for the end of a turn.
// (spec: agent-loop, notify hook)
func (s *Session) notify(t *task, last *string) {
	if s.o.Notify == nil {
		return
	}
	arg, err := protocol.Append(nil, &turnComplete{
		Type: "agent-turn-complete", TurnID: t.submissionID, InputMessages: t.texts, LastAssistantMessage: last,
	})
	if err != nil {
		err = fmt.Errorf("encode its argument: %w", err)
	} else {
		err = s.o.Notify(string(arg))
	}
	if err != nil {
		s.zlog.Warn().Err(err).Msg("the notify program was not started")
	}
}
