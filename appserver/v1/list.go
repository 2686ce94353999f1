package v1

import (
	"context"
	"math"

	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

// listConversations returns a page of recorded conversations. A cursor that
// cannot be read counts as none. (spec: app-server, listConversations)
func (m *Methods) listConversations(ctx context.Context, r *protocol.ListConversationsParams) (*protocol.ListConversationsResponse, error) {
	q := rollout.ListQuery{}
	if r.PageSize != nil {
		q.PageSize = int(min(*r.PageSize, math.MaxInt32))
		if q.PageSize == 0 {
			q.PageSize = -1 // none, where zero would mean the default
		}
	}
	if r.Cursor != nil {
		if cursor, err := rollout.ParseCursor(*r.Cursor); err == nil {
			q.After = cursor
		}
	}
	page, err := m.b.Store.List(ctx, q)
	if err != nil {
		return nil, replyError("error listing conversations", err)
	}
	response := &protocol.ListConversationsResponse{
		Items:      make([]protocol.ConversationSummary, len(page.Items)),
		NextCursor: page.Next.String(),
	}
	for i, s := range page.Items {
		response.Items[i] = protocol.ConversationSummary{
			ConversationID: s.ID, Path: s.Path, Preview: s.Preview, Timestamp: s.Timestamp,
		}
	}
	return response, nil
}
