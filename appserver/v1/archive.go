package v1

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

// archiveTimeout bounds how long an archived conversation may take to end.
const archiveTimeout = 10 * time.Second

// archiveConversation ends a conversation and moves its rollout to the archive.
// The rest of its events and the answers of pending interrupts come before the
// response. (spec: app-server, archiveConversation)
func (m *Methods) archiveConversation(ctx context.Context, r *protocol.ArchiveConversationParams) (*protocol.ArchiveConversationResponse, error) {
	if err := m.b.Store.Check(ctx, r.ConversationID, r.RolloutPath); err != nil {
		return nil, archiveError(err)
	}
	c, live := m.b.Conversations.Remove(r.ConversationID)
	if live {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), archiveTimeout)
		defer cancel()
		if err := c.Close(end); err != nil {
			m.log.Warn().Err(err).Msg("an archived conversation does not end")
		} else if f := m.follower(r.ConversationID); f != nil && f.conversation == c {
			select {
			case <-f.ended:
			case <-end.Done():
			}
		}
		m.waitInterrupts(end, r.ConversationID)
	}
	if _, err := m.b.Store.Archive(ctx, r.ConversationID, r.RolloutPath); err != nil {
		if live { // it has ended all the same
			err = fmt.Errorf("%w; the conversation has ended and can be resumed from its file", err)
		}
		return nil, archiveError(err)
	}
	return &protocol.ArchiveConversationResponse{}, nil
}

// archiveError tells the client's mistakes from those of the file system.
func archiveError(err error) error {
	var locked *rollout.LockedError
	switch {
	case errors.Is(err, rollout.ErrOutside), errors.Is(err, rollout.ErrMismatch), errors.Is(err, rollout.ErrNotRegular),
		errors.Is(err, rollout.ErrEmpty), errors.Is(err, rollout.ErrNoMeta), errors.As(err, &locked):
		return invalidRequest("%v", err)
	}
	return replyError("error archiving the conversation", err)
}
