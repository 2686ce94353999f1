package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/clients"
	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// connection is one client's connection and its life.
type connection struct {
	clients.Connection
	server *Server

	mu       sync.Mutex
	opened   bool              // initialize was accepted
	identity clientid.Identity // with the client's name
	asks     bool              // the client understands elicitations
	calls    map[jsonrpc.ID]*call
	stopped  error // why no call may run any more
}

func (s *Server) newConnection(transport jsonrpc.Transport) *connection {
	c := &connection{server: s, identity: s.agent.Identity, calls: make(map[jsonrpc.ID]*call)}
	c.Start(transport, &jsonrpc.Options{
		Router:    jsonrpc.RouterFunc(c.route),
		IDs:       &s.ids,
		Malformed: jsonrpc.AnswerAll,
	}, &s.log)
	return c
}

// route decides what to do with a message of the client. Nothing waits for
// initialize. (spec: mcp, lifecycle and simple methods)
func (c *connection) route(req *jsonrpc.Request) jsonrpc.Work {
	if req.IsNotification() {
		c.notified(req)
		return jsonrpc.Work{}
	}
	switch req.Method {
	case string(mcptypes.MethodInitialize):
		return c.initialize(req)
	case string(mcptypes.MethodPing):
		return answer(&mcptypes.EmptyResult{})
	case string(mcptypes.MethodListTools):
		var params mcptypes.ListToolsRequestParams
		if err := decodeParams(req.Params, &params); err != nil {
			return refuse(err)
		}
		return answer(&mcptypes.ListToolsResult{Tools: c.server.tools()})
	case string(mcptypes.MethodCallTool):
		return c.callTool(req)
	}
	return jsonrpc.Work{} // answered with "method not found"
}

// notified takes in a notification. Only a cancellation has an effect.
func (c *connection) notified(req *jsonrpc.Request) {
	switch req.Method {
	case string(mcptypes.NotificationCancelled):
		var params mcptypes.CancelledNotificationParams
		if err := wire.UnmarshalAt("params", req.Params, &params); err != nil {
			c.server.log.Warn().Err(err).Msg("a cancellation cannot be read")
			return
		}
		c.cancel(params.RequestID)
	case string(mcptypes.NotificationInitialized), string(mcptypes.NotificationRootsListChanged),
		string(mcptypes.NotificationProgress):
		c.server.log.Debug().Str("method", req.Method).Msg("notification")
	default:
		c.server.log.Info().Str("method", req.Method).Msg("a notification that nobody knows")
	}
}

// answer answers a request with a result.
func answer(result any) jsonrpc.Work {
	return jsonrpc.Work{Inline: true, Run: func(context.Context, *jsonrpc.Request) (any, error) { return result, nil }}
}

// refuse answers a request with an error.
func refuse(err error) jsonrpc.Work {
	return jsonrpc.Work{Inline: true, Run: func(context.Context, *jsonrpc.Request) (any, error) { return nil, err }}
}

// decodeParams reads params, which may be missing.
func decodeParams(raw json.RawMessage, params any) error {
	if raw == nil {
		raw = json.RawMessage("{}")
	}
	if err := wire.UnmarshalAt("params", raw, params); err != nil {
		return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "Invalid params: %v", err)
	}
	return nil
}

// Identity is who the program says it is, with the client's name.
func (c *connection) Identity() clientid.Identity {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.identity
}

// errShutdown is why calls end at the end of the connection.
var errShutdown = errors.New("the server is shutting down")

// stop interrupts all calls, and those to come.
func (c *connection) stop() {
	c.mu.Lock()
	c.stopped = errShutdown
	calls := make([]*call, 0, len(c.calls))
	for _, call := range c.calls {
		calls = append(calls, call)
	}
	c.mu.Unlock()
	for _, call := range calls {
		call.cancel(errShutdown)
	}
}

// serve waits for the end of the connection and takes it down in order: turns
// are interrupted, what was asked is answered, what must be written is written.
// (spec: mcp, shutdown)
func (c *connection) serve(ctx context.Context) error {
	defer c.Wait(ctx)()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.server.times.shutdown)
	defer cancel()
	c.stop()
	drain, stop := context.WithTimeout(ctx, c.server.times.drain)
	errs := []error{c.Conn.Drain(drain)}
	stop()
	if c.server.clients.Leave(c) && !c.server.o.KeepRunning {
		errs = append(errs, c.server.agent.Conversations.CloseLive(ctx))
	}
	errs = append(errs, c.Conn.Shutdown(ctx))
	err := errors.Join(errs...)
	if errors.Is(err, jsonrpc.ErrBrokenPipe) {
		c.server.log.Warn().Err(err).Msg("the client is gone")
		return nil
	}
	return err
}
