package appserver

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/codex-go/codex/appserver/v1"
	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/clients"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// connection is one client's connection and its life: before and after
// initialize, and the way down.
type connection struct {
	clients.Connection
	server *Server
	v1     *v1.Methods
	// ready says that the answer to initialize is in the queue, which is the first
	// message.
	ready atomic.Bool

	mu       sync.Mutex
	opened   bool              // initialize was accepted
	identity clientid.Identity // with the client's name
}

func (s *Server) newConnection(transport jsonrpc.Transport) *connection {
	c := &connection{server: s, identity: s.agent.Identity}
	c.v1 = v1.New(s.backend, c)
	c.Start(transport, &jsonrpc.Options{
		Router: jsonrpc.RouterFunc(c.route),
		IDs:    &s.ids,
		// A client that waits for the answer to a request which cannot be read
		// must not wait for ever.
		Malformed: jsonrpc.AnswerRequests,
		TextIDs:   true, // (spec: app-server, do better, approvals)
	}, &s.log)
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

// announce sends a notification, if the client has its answer to initialize. It
// does not wait for the client.
func (c *connection) announce(n protocol.ServerNotification) {
	if !c.ready.Load() {
		return
	}
	if _, err := c.Conn.Post(n.Method(), n); err != nil {
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
	defer c.Wait(ctx)()
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
	end("wait for requests", c.Conn.Drain(ctx))
	if c.server.clients.Leave(c) && !c.server.keepRunning {
		end("end the conversations", c.server.agent.Conversations.CloseLive(ctx))
	}
	end("write the last events", c.v1.Close(ctx))
	if err := c.Conn.Shutdown(ctx); errors.Is(err, jsonrpc.ErrBrokenPipe) {
		c.server.log.Warn().Err(err).Msg("the client is gone")
	} else {
		end("write the last messages", err)
	}
	return errors.Join(errs...)
}
