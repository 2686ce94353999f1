package appserver

import (
	"context"
	"fmt"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// ClientOptions name a client and say what it does with what the server sends.
type ClientOptions struct {
	Name    string // required
	Title   string
	Version string // required
	// Notify is called for every notification, one after the other and in
	// order. While it runs, nothing else is read. Nil ignores them.
	Notify func(protocol.ServerNotification)
	// Ask answers a question of the server. Nil, or an error, denies.
	Ask func(ctx context.Context, r protocol.ServerRequest) (protocol.ReviewDecision, error)
}

// Client is the other end of a connection to a server, in the same process or
// over any transport. It is safe for concurrent use.
type Client struct {
	conn  *jsonrpc.Conn
	agent string
	o     ClientOptions
}

// Connect opens a connection to the server within the process.
func (s *Server) Connect(ctx context.Context, o ClientOptions) (*Client, error) {
	ours, theirs := jsonrpc.Pipe()
	c, err := s.connect(theirs)
	if err != nil {
		return nil, err
	}
	go func() {
		defer s.serving.Done()
		if err := c.serve(context.Background()); err != nil {
			s.log.Warn().Err(err).Msg("a connection ended badly")
		}
	}()
	return Dial(ctx, ours, o)
}

// Dial opens a connection to a server over a transport, which the client owns
// from now on.
func Dial(ctx context.Context, transport jsonrpc.Transport, o ClientOptions) (*Client, error) {
	c := &Client{o: o}
	c.conn = jsonrpc.NewConn(transport, &jsonrpc.Options{Router: jsonrpc.RouterFunc(c.route)})
	var opened protocol.InitializeResponse
	err := c.conn.Call(ctx, "initialize", &protocol.InitializeParams{
		ClientInfo: protocol.ClientInfo{Name: o.Name, Title: o.Title, Version: o.Version},
	}, &opened)
	if err != nil {
		c.conn.Close()
		return nil, fmt.Errorf("open connection: %w", err)
	}
	c.agent = opened.UserAgent
	if err := c.conn.Notify(ctx, "initialized", nil); err != nil {
		c.conn.Close()
		return nil, fmt.Errorf("open connection: %w", err)
	}
	return c, nil
}

// UserAgent is what the server calls itself.
func (c *Client) UserAgent() string { return c.agent }

// Call sends a request and returns the result, whose type R must be that of the
// method.
func Call[R any](ctx context.Context, c *Client, r protocol.ClientRequest) (*R, error) {
	var result R
	if err := c.conn.Call(ctx, r.Method(), r, &result); err != nil {
		return nil, err
	}
	return &result, nil
}

// Close ends the connection. The server finishes what was asked of it.
func (c *Client) Close(context.Context) error { return c.conn.Close() }

// Done is closed when the connection has ended.
func (c *Client) Done() <-chan struct{} { return c.conn.Done() }

// route hands on what the server sends.
func (c *Client) route(req *jsonrpc.Request) jsonrpc.Work {
	if !req.IsNotification() {
		return jsonrpc.Work{Run: c.answer}
	}
	return jsonrpc.Work{Key: "notifications", Run: func(context.Context, *jsonrpc.Request) (any, error) {
		if c.o.Notify == nil {
			return nil, nil
		}
		n, err := protocol.DecodeServerNotification(req.Method, req.Params)
		if err != nil {
			return nil, err
		}
		c.o.Notify(n)
		return nil, nil
	}}
}

// answer answers a question of the server.
func (c *Client) answer(ctx context.Context, req *jsonrpc.Request) (any, error) {
	r, err := protocol.DecodeServerRequest(req.Method, req.Params)
	if err != nil {
		return nil, err
	}
	decision := protocol.ReviewDenied
	if c.o.Ask != nil {
		if decision, err = c.o.Ask(ctx, r); err != nil {
			return nil, err
		}
	}
	if _, patch := r.(*protocol.ApplyPatchApprovalParams); patch {
		return &protocol.ApplyPatchApprovalResponse{Decision: decision}, nil
	}
	return &protocol.ExecCommandApprovalResponse{Decision: decision}, nil
}
