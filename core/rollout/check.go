package rollout

import (
	"context"
	"fmt"

	"github.com/codex-go/codex/protocol"
)

// Check reports what would keep Archive from moving the record of a
// conversation, and moves nothing. Its errors are those of Archive.
func (s *FileStore) Check(ctx context.Context, id protocol.ConversationID, path string) error {
	if err := s.own(ctx, id, path, []string{sessionsDir}, func(string) error { return nil }); err != nil {
		return fmt.Errorf("archive conversation %s: %w", id, err)
	}
	return nil
}
