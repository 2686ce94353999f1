package mcpserver

import (
	"context"
	"errors"

	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/protocol"
)

// codex starts a conversation and runs its first turn. (spec: mcp, a running
// call)
func (c *call) codex() *toolResult {
	var args codexArguments
	err := decodeArguments(c.arguments, &args)
	switch {
	case errors.Is(err, errNoArguments):
		return failure("Missing arguments for the tool codex; the field prompt is required.")
	case err != nil:
		return failure("Failed to parse the configuration for the tool codex: %v", err)
	}
	c.warnUnknown(args.Unknown)
	c.arguments = nil // the turn may be long
	overrides := args.overrides()
	cfg, err := c.server.agent.Config.Load(c.ctx, overrides)
	if err != nil {
		return failure("Failed to load the Codex configuration from overrides: %v", err)
	}
	conv, err := c.server.agent.Conversations.New(c.ctx, cfg, c.startOptions())
	if err != nil {
		return failure("Failed to start the Codex session: %v", err)
	}
	if c.ctx.Err() != nil {
		c.server.drop(conv) // nobody knows of it
		return c.stoppedResult()
	}
	if err := c.enter(conv.ID()); err != nil {
		return failure("%v", err).with(conv.ID())
	}
	c.server.open.started(conv.ID(), overrides)
	defer c.server.used(conv.ID())
	c.configured(conv)
	return c.turn(conv, args.Prompt, func(ctx context.Context, op protocol.Op) (string, error) {
		id := c.id.String()
		return id, conv.SubmitAs(ctx, id, "", op)
	})
}

// reply goes on with a conversation, when the calls before this one are done.
// (spec: mcp, codex-reply arguments)
func (c *call) reply() *toolResult {
	var args replyArguments
	err := decodeArguments(c.arguments, &args)
	switch {
	case errors.Is(err, errNoArguments):
		return failure("Missing arguments for the tool codex-reply; the fields conversationId and prompt are required.")
	case err != nil:
		return failure("Failed to parse the arguments for the tool codex-reply: %v", err)
	}
	c.warnUnknown(args.Unknown)
	c.arguments = nil // the turn may be long
	id, err := conversationID(args.ConversationID)
	if err != nil {
		return failure("%v", err)
	}
	if err := c.enter(id); err != nil {
		return failure("%v", err).with(id)
	}
	if c.place.wait(c.ctx) != nil {
		return c.stoppedResult().with(id)
	}
	conv, resumed, err := c.conversation(id)
	if err != nil {
		return failure("%v", err).with(id)
	}
	defer c.server.used(id)
	if resumed {
		c.configured(conv)
	}
	return c.turn(conv, args.Prompt, conv.Submit)
}

// conversation returns the conversation with the id: the open one, or the
// recorded one, opened again.
func (c *call) conversation(id protocol.ConversationID) (conv *conversation.Conversation, resumed bool, err error) {
	conv, err = c.server.agent.Conversations.Get(id)
	if err == nil {
		return conv, false, nil
	}
	conv, err = c.resume(id)
	return conv, err == nil, err
}

// configured tells the client about a conversation that has begun.
func (c *call) configured(conv *conversation.Conversation) {
	msg := conv.Configured()
	c.forward("", &msg)
}

// startOptions name this connection's client to the model's provider.
func (c *call) startOptions() *conversation.StartOptions {
	identity := c.Identity()
	return &conversation.StartOptions{Identity: &identity}
}

// stoppedResult is the result of a call that ended before its turn began. When
// the client cancelled it, nobody sees it.
func (c *call) stoppedResult() *toolResult {
	return failure("The call was stopped: %v", context.Cause(c.ctx))
}
