package session

import (
	"github.com/codex-go/codex/core/customprompt"
	"github.com/codex-go/codex/protocol"
)

// addToHistory appends to the message history without holding up the loop.
func (s *Session) addToHistory(op *protocol.AddToHistoryOp) {
	s.background.Go(func() {
		if err := s.o.History.Append(s.ctx, s.o.ID, op.Text); err != nil {
			s.zlog.Warn().Err(err).Msg("the message history was not written")
		}
	})
}

// historyEntry answers with an entry of the message history, or without.
func (s *Session) historyEntry(sub submission, op *protocol.GetHistoryEntryRequestOp) {
	s.background.Go(func() {
		entry, err := s.o.History.Lookup(s.ctx, op.LogID, op.Offset)
		if err != nil {
			s.zlog.Debug().Err(err).Msg("no such entry in the message history")
		}
		s.reply(sub, &protocol.GetHistoryEntryResponseEvent{Offset: op.Offset, LogID: op.LogID, Entry: entry})
	})
}

// listCustomPrompts answers with the user's prompt files.
func (s *Session) listCustomPrompts(sub submission) {
	s.background.Go(func() {
		s.reply(sub, &protocol.ListCustomPromptsResponseEvent{CustomPrompts: customprompt.List(s.o.Config.Home)})
	})
}
