package mcpserver

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// call is one tools/call in progress.
type call struct {
	*connection
	conn      *jsonrpc.Conn
	id        jsonrpc.ID
	tool      string
	arguments json.RawMessage // nil when absent
	log       zerolog.Logger

	// ctx is done when the call should end, with the reason as its cause.
	ctx    context.Context
	cancel context.CancelCauseFunc
	// place is the call's place in the line of the conversation that its
	// arguments name, nil when they name none. It is taken when the call is
	// read, so that calls keep their order.
	place *place
	// placed is why there is no place.
	placed   error
	progress *progress
}

// errCancelled is why a call ends that the client cancelled.
var errCancelled = errors.New("the client cancelled the call")

// callParams are the params of tools/call, as far as they matter. What is wrong
// in the metadata costs the client its progress notifications and nothing else.
type callParams struct {
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments,omitzero"`
	Meta      json.RawMessage `json:"_meta,omitzero"`
}

// callTool takes in a call. It is registered before anything else is read, so
// that it can be cancelled at once. (spec: mcp, tools/call params)
func (c *connection) callTool(req *jsonrpc.Request) jsonrpc.Work {
	var params callParams
	if err := decodeParams(req.Params, &params); err != nil {
		return refuse(err)
	}
	call := &call{
		connection: c, conn: req.Conn(), id: req.ID, tool: params.Name, arguments: params.Arguments,
		log: c.server.log.With().Stringer("request", req.ID).Str("tool", params.Name).Logger(),
	}
	call.ctx, call.cancel = context.WithCancelCause(req.Context())
	if !c.register(call) {
		return refuse(jsonrpc.Errorf(jsonrpc.CodeInvalidRequest, "a request with the id %s is in progress", req.ID))
	}
	call.progress = newProgress(call, params.Meta)
	if params.Name == toolReply {
		if text, ok := wire.PeekString(params.Arguments, "conversationId"); ok {
			if id, err := protocol.ParseConversationID(string(text)); err == nil {
				call.place, call.placed = c.server.lines.enter(id)
			}
		}
	}
	return jsonrpc.Work{Run: call.run}
}

// enter makes sure that the call has a place in the line of a conversation.
func (c *call) enter(id protocol.ConversationID) error {
	if c.place != nil && c.place.id == id {
		return nil
	}
	if c.place != nil { // arguments that name two conversations
		c.place.leave()
		c.place = nil
	}
	if c.placed == nil {
		c.place, c.placed = c.server.lines.enter(id)
	}
	return c.placed
}

// register enters a call and reports whether its id was free.
func (c *connection) register(call *call) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[call.id] != nil {
		return false
	}
	c.calls[call.id] = call
	if c.stopped != nil {
		call.cancel(c.stopped)
	}
	return true
}

// mayBegin reports whether a turn of the call may begin. The end of the connection
// may have stopped the call before this one, which has made room for it, and not
// yet this one.
func (c *call) mayBegin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped != nil {
		c.cancel(c.stopped)
	}
	return c.ctx.Err() == nil
}

// unregister takes a call out: it cannot be cancelled any more.
func (c *connection) unregister(call *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.calls, call.id)
}

// cancel cancels the call with the id. Others are ignored.
// (spec: mcp, notifications/cancelled)
func (c *connection) cancel(id mcptypes.RequestId) {
	key := jsonrpc.ID{}
	if n, ok := id.Int(); ok {
		key = jsonrpc.IntID(n)
	} else if s, ok := id.Str(); ok {
		key = jsonrpc.StringID(s)
	}
	c.mu.Lock()
	call := c.calls[key]
	c.mu.Unlock()
	if call == nil {
		c.server.log.Warn().Stringer("request", id).Msg("a cancellation of a request that is not in progress")
		return
	}
	call.cancel(errCancelled)
}

// requestID is the id of the call for the wire.
func (c *call) requestID() mcptypes.RequestId {
	if n, ok := c.id.Int(); ok {
		return wire.IntID(n)
	}
	return wire.StringID(c.id.String())
}

// notify sends a notification and waits while the outgoing queue is full. What
// cannot be sent any more is dropped: the end of the connection interrupts the
// call.
func (c *call) notify(method string, params any) {
	if err := c.conn.Notify(c.server.life, method, params); err != nil {
		c.log.Debug().Err(err).Msg("a notification was not sent")
	}
}

// run carries out the call and answers it.
func (c *call) run(_ context.Context, req *jsonrpc.Request) (any, error) {
	reply := req.Defer() // a turn may take hours and must not keep others from being read
	defer c.cancel(nil)
	defer c.unregister(c)
	result := c.carryOut()
	c.unregister(c)
	if errors.Is(context.Cause(c.ctx), errCancelled) {
		if err := reply.Discard(); err != nil {
			c.log.Debug().Err(err).Msg("a cancelled call was answered")
		}
		return nil, nil
	}
	if err := reply.Reply(c.server.life, result, nil); err != nil {
		c.log.Debug().Err(err).Msg("a result was not sent")
	}
	return nil, nil
}

// carryOut does what the call asks for and returns the result. When the call was
// cancelled nobody sees that.
func (c *call) carryOut() *toolResult {
	defer func() {
		if c.place != nil {
			c.place.leave()
		}
	}()
	defer c.progress.start()()
	switch c.tool {
	case toolCodex:
		return c.codex()
	case toolReply:
		return c.reply()
	}
	if c.server.o.ExtraTools {
		switch c.tool {
		case toolList:
			return c.list()
		case toolInterrupt:
			return c.interrupt()
		case toolClose:
			return c.close()
		}
	}
	return failure("Unknown tool %q", clip(c.tool, maxShownName))
}
