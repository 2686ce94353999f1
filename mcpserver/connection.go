package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// connection is one client's connection and its life.
type connection struct {
	server *Server
	conn   *jsonrpc.Conn // only serve uses it: what is read first may come before it is set
	ended  chan struct{} // closed to end the connection from this side
	once   sync.Once

	mu       sync.Mutex
	opened   bool              // initialize was accepted
	identity clientid.Identity // with the client's name
	asks     bool              // the client understands elicitations
	calls    map[jsonrpc.ID]*call
	stopped  error // why no call may run any more
}

func newConnection(s *Server, transport jsonrpc.Transport) *connection {
	c := &connection{
		server:   s,
		ended:    make(chan struct{}),
		identity: s.agent.Identity,
		calls:    make(map[jsonrpc.ID]*call),
	}
	c.conn = jsonrpc.NewConn(transport, &jsonrpc.Options{
		Router:    jsonrpc.RouterFunc(c.route),
		IDs:       &s.ids,
		Malformed: jsonrpc.AnswerAll,
		Hooks:     c.hooks(),
	})
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

// end makes serve return.
func (c *connection) end() { c.once.Do(func() { close(c.ended) }) }

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
	select {
	case <-c.conn.InputDone():
	case <-c.conn.Done():
	case <-c.ended:
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.server.times.shutdown)
	defer cancel()
	c.stop()
	drain, stop := context.WithTimeout(ctx, c.server.times.drain)
	errs := []error{c.conn.Drain(drain)}
	stop()
	if c.server.leave(c) && !c.server.o.KeepRunning {
		errs = append(errs, c.server.endConversations(ctx))
	}
	errs = append(errs, c.conn.Shutdown(ctx))
	err := errors.Join(errs...)
	if errors.Is(err, jsonrpc.ErrBrokenPipe) {
		c.server.log.Warn().Err(err).Msg("the client is gone")
		return nil
	}
	return err
}

// hooks log what the connection would otherwise pass over in silence.
func (c *connection) hooks() *jsonrpc.Hooks {
	log := &c.server.log
	return &jsonrpc.Hooks{
		Malformed: func(err *jsonrpc.MessageError) { log.Error().Err(err).Msg("a message was dropped") },
		Oversize: func(size int64, limit int, _ jsonrpc.ID, answered bool) {
			log.Error().Int64("bytes", size).Int("limit", limit).Bool("answered", answered).Msg("a message was too long")
		},
		BadID: func(method string) { log.Warn().Str("method", method).Msg("a request has no usable id") },
		Unmatched: func(id jsonrpc.ID, _ jsonrpc.Kind) {
			log.Warn().Stringer("id", id).Msg("a reply that nobody waits for")
		},
		Panic: func(method string, value any, stack []byte) {
			log.Error().Str("method", method).Interface("panic", value).Bytes("stack", stack).Msg("a handler failed")
		},
		Unencodable: func(method string, _ jsonrpc.ID, err error) {
			log.Error().Str("method", method).Err(err).Msg("a message could not be encoded")
		},
		InputEnded: func(err error) {
			if err != nil {
				log.Error().Err(err).Msg("reading from the client failed")
			}
		},
	}
}
