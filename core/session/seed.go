package session

import (
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/protocol"
)

// seed fills the history before the first turn: with the initial context for a
// new conversation, with what was recorded for any other.
// (spec: agent-loop, seeding history)
func (s *Session) seed() {
	h := s.o.Initial
	if h == nil {
		s.record(nil, s.initialContext(s.settings)...)
		s.announced = s.settings
		return
	}
	switch {
	case h.Replacement != nil:
		s.items = append(s.items, h.Replacement...)
	case h.Compacted != nil:
		s.items = append(s.initialContext(s.settings), prompt.BridgeItem(h.UserMessages, h.Compacted.Message))
	}
	s.items = repair(append(s.items, h.Items...))
	s.account = account{info: h.LastTokens}
	s.account.setLimits(h.LastRateLimits)
	s.announced = s.settings
	if last := h.LastTurn; last != nil {
		announced := *s.settings
		announced.cwd, announced.approval, announced.sandbox = last.Cwd, last.ApprovalPolicy, last.SandboxPolicy
		s.announced = &announced
	}
}

// initialContext returns the messages that a conversation begins with.
func (s *Session) initialContext(set *settings) []protocol.ResponseItem {
	var items []protocol.ResponseItem
	if set.userInstructions != "" {
		items = append(items, prompt.UserInstructionsItem(set.userInstructions))
	}
	return append(items, set.environment(s.o.Shell).Item())
}

// announce tells the model about its surroundings when they differ from what
// it was told last. The name of the shell is told once.
func (s *Session) announce(set *settings) {
	s.mu.Lock()
	last := s.announced
	s.announced = set
	s.mu.Unlock()
	if last != nil && set.environment("").Equal(last.environment("")) {
		return
	}
	s.record(nil, set.environment("").Item())
}
