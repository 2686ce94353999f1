package appserver

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/codex-go/codex/appserver/v1"
	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// connection is one client's connection and its life: before and after
// initialize, and the way down.
type connection struct {
	server *Server
	conn   *jsonrpc.Conn
	v1     *v1.Methods
	ended  chan struct{} // closed to end the connection from this side
	once   sync.Once
	// ready says that the answer to initialize is in the queue, which is the first
	// message.
	ready atomic.Bool

	mu       sync.Mutex
	opened   bool              // initialize was accepted
	identity clientid.Identity // with the client's name
}

func newConnection(s *Server, transport jsonrpc.Transport) *connection {
	c := &connection{
		server:   s,
		ended:    make(chan struct{}),
		identity: s.agent.Identity,
	}
	c.v1 = v1.New(s.backend, c)
	c.conn = jsonrpc.NewConn(transport, &jsonrpc.Options{
		Router: jsonrpc.RouterFunc(c.route),
		IDs:    &s.ids,
		// A client that waits for the answer to a request which cannot be read
		// must not wait for ever.
		Malformed: jsonrpc.AnswerRequests,
		Hooks:     c.hooks(),
	})
	return c
}

// Identity is who the program says it is, with the client's name.
func (c *connection) Identity() clientid.Identity {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.identity
}

// Announce sends a notification to every client of the server.
func (c *connection) Announce(n protocol.ServerNotification) { c.server.announce(n) }

// End makes serve return.
func (c *connection) End() { c.once.Do(func() { close(c.ended) }) }

// announce sends a notification, if the client has its answer to initialize. It
// does not wait for the client.
func (c *connection) announce(n protocol.ServerNotification) {
	if !c.ready.Load() {
		return
	}
	if _, err := c.conn.Post(n.Method(), n); err != nil {
		c.server.log.Debug().Err(err).Str("method", n.Method()).Msg("a notification was not sent")
	}
}

// route decides what to do with a message of the client. Decoding comes before
// everything else, so that a bad request is called one also before initialize.
// (spec: app-server, bad input)
func (c *connection) route(req *jsonrpc.Request) jsonrpc.Work {
	if req.IsNotification() {
		c.server.log.Debug().Str("method", req.Method).Msg("notification")
		return jsonrpc.Work{}
	}
	r, err := protocol.DecodeClientRequest(req.Method, req.Params)
	if err != nil {
		return refuse(v1.Undecodable(err))
	}
	if r, ok := r.(*protocol.InitializeParams); ok {
		if !c.open(r.ClientInfo) {
			return refuse(v1.AlreadyInitialized())
		}
		return jsonrpc.Work{Inline: true, Run: c.initialize}
	}
	if !c.isOpen() {
		return refuse(v1.NotInitialized())
	}
	return c.v1.Route(r)
}

// refuse answers a request with an error.
func refuse(err error) jsonrpc.Work {
	return jsonrpc.Work{Inline: true, Run: func(context.Context, *jsonrpc.Request) (any, error) { return nil, err }}
}

// open takes the first initialize.
func (c *connection) open(client protocol.ClientInfo) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opened {
		return false
	}
	c.opened = true
	c.identity = c.identity.WithClient(client.Name, client.Version)
	return true
}

func (c *connection) isOpen() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.opened
}

// initialize answers the first request. (spec: app-server, handshake)
func (c *connection) initialize(_ context.Context, req *jsonrpc.Request) (any, error) {
	defer c.ready.Store(true)
	if err := req.Reply(&protocol.InitializeResponse{UserAgent: c.Identity().UserAgent()}, nil); err != nil {
		c.server.log.Debug().Err(err).Msg("the answer to initialize was not sent")
	}
	return nil, nil
}

// serve waits for the end of the connection and takes it down in order: what
// was asked is answered, what must be written is written. Once ctx has ended, or
// the server is being closed, new requests are refused; at the end of the input
// there are none. (spec: app-server, shutdown)
func (c *connection) serve(ctx context.Context) error {
	select {
	case <-c.conn.InputDone():
	case <-c.conn.Done():
	case <-c.ended:
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	defer context.AfterFunc(c.server.killed, cancel)()
	c.v1.Stop()
	var errs []error
	end := func(what string, err error) {
		if err != nil && !errors.Is(err, jsonrpc.ErrBrokenPipe) {
			errs = append(errs, fmt.Errorf("%s: %w", what, err))
		}
	}
	end("wait for requests", c.conn.Drain(ctx))
	if c.server.leave(c) && !c.server.keepRunning {
		end("end the conversations", c.server.endConversations(ctx))
	}
	end("write the last events", c.v1.Close(ctx))
	if err := c.conn.Shutdown(ctx); errors.Is(err, jsonrpc.ErrBrokenPipe) {
		c.server.log.Warn().Err(err).Msg("the client is gone")
	} else {
		end("write the last messages", err)
	}
	return errors.Join(errs...)
}

// hooks log what the connection would otherwise pass over in silence.
func (c *connection) hooks() *jsonrpc.Hooks {
	log := &c.server.log
	return &jsonrpc.Hooks{
		Malformed: func(err *jsonrpc.MessageError) { log.Error().Err(err).Msg("a message was dropped") },
		Oversize: func(size int64, limit int, id jsonrpc.ID, answered bool) {
			log.Error().Int64("bytes", size).Int("limit", limit).Bool("answered", answered).Msg("a message was too long")
		},
		BadID: func(method string) { log.Warn().Str("method", method).Msg("a request has no usable id") },
		Unmatched: func(id jsonrpc.ID, _ jsonrpc.Kind) {
			log.Warn().Stringer("id", id).Msg("a reply that nobody waits for")
		},
		Panic: func(method string, value any, stack []byte) {
			log.Error().Str("method", method).Interface("panic", value).Bytes("stack", stack).Msg("a handler failed")
		},
		Refused: func(method string, _ jsonrpc.ID) {
			log.Debug().Str("method", method).Msg("a request came after the end")
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
