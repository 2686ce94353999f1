package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

const (
	defaultListed = 25
	maxListed     = 100
)

// closeTime bounds the end of one conversation.
const closeTime = 10 * time.Second

// conversationList is the structured content of the tool codex-list.
type conversationList struct {
	Conversations []listed `json:"conversations"`
	NextCursor    string   `json:"nextCursor,omitzero"`
}

// listed is one conversation in the list.
type listed struct {
	ConversationID protocol.ConversationID `json:"conversationId"`
	Preview        string                  `json:"preview"`
	Cwd            string                  `json:"cwd,omitzero"`
	StartedAt      string                  `json:"startedAt,omitzero"`
	ModifiedAt     string                  `json:"modifiedAt,omitzero"`
	Open           bool                    `json:"open"`    // in this server
	Running        bool                    `json:"running"` // a call is in progress
}

// list carries out the tool codex-list.
func (c *call) list() *toolResult {
	args := listArguments{}
	if c.arguments != nil {
		if err := decodeArguments(c.arguments, &args); err != nil {
			return failure("Failed to parse the arguments for the tool codex-list: %v", err)
		}
	}
	c.warnUnknown(args.Unknown)
	limit := int64(defaultListed)
	if args.Limit != nil {
		if limit = *args.Limit; limit < 1 || limit > maxListed {
			return failure("Failed to parse the arguments for the tool codex-list: arguments.limit: got %d, want an integer from 1 to %d", limit, maxListed)
		}
	}
	after, err := rollout.ParseCursor(args.Cursor)
	if err != nil {
		return failure("Failed to parse the arguments for the tool codex-list: arguments.cursor: %v", err)
	}
	page, err := c.server.agent.Store.List(c.ctx, rollout.ListQuery{PageSize: int(limit), After: after, AnySource: true})
	if err != nil {
		return failure("Failed to list the Codex sessions: %v", err)
	}
	list := &conversationList{Conversations: make([]listed, 0, len(page.Items)), NextCursor: page.Next.String()}
	if args.Cursor == "" {
		list.Conversations = append(list.Conversations, c.server.unrecorded(&page)...)
	}
	for _, item := range page.Items {
		_, err := c.server.agent.Conversations.Get(item.ID)
		list.Conversations = append(list.Conversations, listed{
			ConversationID: item.ID,
			Preview:        clip(item.Preview, maxShown),
			Cwd:            item.Cwd,
			StartedAt:      item.Timestamp,
			ModifiedAt:     item.Modified.UTC().Format(time.RFC3339),
			Open:           err == nil,
			Running:        c.server.lines.busy(item.ID),
		})
	}
	text, err := json.Marshal(list)
	if err != nil {
		return failure("Failed to list the Codex sessions: %v", err)
	}
	return success(string(text)).structured(list)
}

// unrecorded returns the running conversations that are newer than the first
// page of the recorded ones: their prompt is not in their file yet.
func (s *Server) unrecorded(page *rollout.Page) []listed {
	var all []listed
	for _, id := range s.lines.used() {
		if n := len(page.Items); page.Next.String() != "" && n > 0 && id < page.Items[n-1].ID {
			break // on another page
		}
		conv, err := s.agent.Conversations.Get(id)
		if err != nil || slices.ContainsFunc(page.Items, func(item rollout.Summary) bool { return item.ID == id }) {
			continue
		}
		all = append(all, listed{ConversationID: id, Cwd: conv.Cwd(), Open: true, Running: true})
	}
	return all
}

// one reads the arguments of a tool that works on an open conversation.
func (c *call) one() (*conversation.Conversation, *toolResult) {
	var args conversationArguments
	if err := decodeArguments(c.arguments, &args); err != nil {
		return nil, failure("Failed to parse the arguments for the tool %s: %v", c.tool, err)
	}
	c.warnUnknown(args.Unknown)
	id, err := conversationID(args.ConversationID)
	if err != nil {
		return nil, failure("%v", err)
	}
	conv, err := c.server.agent.Conversations.Get(id)
	switch {
	case errors.Is(err, conversation.ErrNotFound):
		return nil, failure("The Codex session %s is not open", id).with(id)
	case err != nil:
		return nil, failure("%v", err).with(id)
	}
	return conv, nil
}

// interrupt carries out the tool codex-interrupt. The call whose turn it
// interrupts is answered with an error.
func (c *call) interrupt() *toolResult {
	conv, refused := c.one()
	if refused != nil {
		return refused
	}
	ended, err := conv.Interrupt(c.ctx)
	if err != nil {
		return failure("Failed to interrupt the Codex session: %v", err).with(conv.ID())
	}
	select {
	case how := <-ended:
		if how.Aborted {
			return success("The turn was interrupted.").with(conv.ID())
		}
		return success("No turn was running.").with(conv.ID())
	case <-c.ctx.Done():
		return c.stoppedResult().with(conv.ID())
	}
}

// close carries out the tool codex-close. A call that runs on the conversation
// is answered with an error; a later reply opens it again.
func (c *call) close() *toolResult {
	conv, refused := c.one()
	if refused != nil {
		return refused
	}
	if p, ok := c.server.lines.tryEnter(conv.ID()); ok {
		defer p.leave() // nobody opens the file while it is being closed
	}
	removed, ok := c.server.agent.Conversations.Remove(conv.ID())
	if !ok {
		return failure("The Codex session %s is not open", conv.ID()).with(conv.ID())
	}
	c.server.open.closed(conv.ID())
	if err := c.server.closeConversation(removed); err != nil {
		return failure("Failed to close the Codex session: %v", err).with(conv.ID())
	}
	return success("The Codex session was closed.").with(conv.ID())
}

// closeConversation ends a conversation that was taken out of the manager.
func (s *Server) closeConversation(conv *conversation.Conversation) error {
	ctx, cancel := context.WithTimeout(s.life, closeTime)
	defer cancel()
	if err := conv.Close(ctx); err != nil {
		s.log.Warn().Err(err).Str("conversation", string(conv.ID())).Msg("a conversation did not end in order")
		return fmt.Errorf("close conversation %s: %w", conv.ID(), err)
	}
	return nil
}
