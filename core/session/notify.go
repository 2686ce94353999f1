package session

import (
	"bytes"
	"encoding/json"
	"os/exec"
)

// turnComplete is what the user's notify program is told.
type turnComplete struct {
	Type                 string   `json:"type"`
	TurnID               string   `json:"turn-id"`
	InputMessages        []string `json:"input-messages"`
	LastAssistantMessage *string  `json:"last-assistant-message"`
}

// notify starts the user's program for the end of a turn. Nobody waits for it
// but its own goroutine, and its output goes nowhere: standard output may be a
// protocol. (spec: agent-loop, notify hook)
func (s *Session) notify(t *task, last *string) {
	argv := s.o.Config.Notify
	if len(argv) == 0 {
		return
	}
	var arg bytes.Buffer
	enc := json.NewEncoder(&arg)
	enc.SetEscapeHTML(false)
	texts := t.texts
	if texts == nil {
		texts = []string{}
	}
	err := enc.Encode(turnComplete{Type: "agent-turn-complete", TurnID: t.submissionID, InputMessages: texts, LastAssistantMessage: last})
	if err != nil {
		s.zlog.Warn().Err(err).Msg("the notify program was not started")
		return
	}
	cmd := exec.Command(argv[0], append(argv[1:len(argv):len(argv)], string(bytes.TrimSuffix(arg.Bytes(), []byte("\n"))))...)
	cmd.Dir = s.o.Config.Cwd
	cmd.Env = s.o.Config.Environ
	if err := cmd.Start(); err != nil {
		s.zlog.Warn().Err(err).Msg("the notify program was not started")
		return
	}
	// Not among what Close waits for: the program may outlive the conversation.
	go func() {
		if err := cmd.Wait(); err != nil {
			s.zlog.Warn().Err(err).Msg("the notify program failed")
		}
	}()
}
