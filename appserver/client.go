package appserver

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// ClientOptions name a client and say what it does with what the server sends.
type ClientOptions struct {
	Name    string // required
	Title   string
	Version string // required
	// Notify is called for every notification, one after the other and in
	// order. A server whose notifications are not taken waits. Nil ignores them.
	Notify func(protocol.ServerNotification)
	// Ask answers a question of the server, which follows the notification about
	// it. Several questions may be asked at a time. When ctx ends, an answer is no
	// longer needed. Nil, or an error, denies.
	Ask func(ctx context.Context, r protocol.ServerRequest) (protocol.ReviewDecision, error)
}

// Client is the other end of a connection to a server, in the same process or
// over any transport. It is safe for concurrent use.
type Client struct {
	conn  *jsonrpc.Conn
	agent string
	o     ClientOptions

	closing context.Context // ends when Close begins
	close   context.CancelFunc
	asking  sync.WaitGroup // questions that Ask has in hand
}

// Connect opens a connection to the server within the process. Its errors are
// those of [Dial], and [ErrClosed].
func (s *Server) Connect(ctx context.Context, o ClientOptions) (*Client, error) {
	ours, theirs := jsonrpc.Pipe()
	c, err := s.clients.Open(theirs, s.newConnection)
	if err != nil {
		return nil, err
	}
	go func() {
		defer s.clients.Served()
		if err := c.serve(s.killed); err != nil {
			s.log.Warn().Err(err).Msg("a connection ended badly")
		}
	}()
	return Dial(ctx, ours, o)
}

// Dial opens a connection to a server over a transport, which the client owns
// from now on, and returns when the server has answered initialize. ctx bounds
// that alone. When it fails, the transport is closed.
func Dial(ctx context.Context, transport jsonrpc.Transport, o ClientOptions) (*Client, error) {
	c := &Client{o: o}
	c.closing, c.close = context.WithCancel(context.Background())
	c.conn = jsonrpc.NewConn(transport, &jsonrpc.Options{Router: jsonrpc.RouterFunc(c.route)})
	var opened protocol.InitializeResponse
	err := c.conn.Call(ctx, "initialize", &protocol.InitializeParams{
		ClientInfo: protocol.ClientInfo{Name: o.Name, Title: o.Title, Version: o.Version},
	}, &opened)
	if err == nil {
		err = c.conn.Notify(ctx, "initialized", nil)
	}
	if err != nil {
		c.conn.Close() // the first error counts
		c.close()
		return nil, fmt.Errorf("open connection: %w", err)
	}
	c.agent = opened.UserAgent
	return c, nil
}

// UserAgent is what the server calls itself.
func (c *Client) UserAgent() string { return c.agent }

// Call sends a request and returns its result. What the server refuses is an
// error that wraps a [*jsonrpc.Error]; when ctx ends first, Call returns its
// cause and the server goes on with the request.
func Call[R any](ctx context.Context, c *Client, r protocol.Request[R]) (*R, error) {
	result := r.NewResult()
	if err := c.call(ctx, r, result); err != nil {
		return nil, err
	}
	return result, nil
}

// call is apart from [Call] because a call of Method in generic code makes the
// linker keep all methods of this name, that of reflect.Value too, and with it
// every exported method in the program.
func (c *Client) call(ctx context.Context, r interface{ Method() string }, result any) error {
	return c.conn.Call(ctx, r.Method(), r, result)
}

// Close sends what is queued, ends the connection and waits for the callbacks,
// or for ctx. Questions that are being asked stay open for other clients. It must
// not be called from a callback. The server finishes what was asked of it.
func (c *Client) Close(ctx context.Context) error {
	c.close()
	err := c.conn.Shutdown(ctx)
	if errors.Is(err, jsonrpc.ErrBrokenPipe) {
		err = nil // the server went away first
	}
	if ctx.Err() == nil {
		c.asking.Wait()
	}
	return err
}

// Done is closed when the server will send nothing more: it has ended, or the
// connection has.
func (c *Client) Done() <-chan struct{} { return c.conn.InputDone() }

// fromServer is the one line of everything that a server sends.
var fromServer = []string{"server"}

// route hands on what the server sends, in order.
func (c *Client) route(req *jsonrpc.Request) jsonrpc.Work {
	work := jsonrpc.Work{Changes: fromServer, Run: c.notified}
	if !req.IsNotification() {
		work.Run = c.asked
	}
	return work
}

func (c *Client) notified(_ context.Context, req *jsonrpc.Request) (any, error) {
	if c.o.Notify == nil {
		return nil, nil
	}
	n, err := protocol.DecodeServerNotification(req.Method, req.Params)
	if err != nil {
		return nil, err
	}
	c.o.Notify(n)
	return nil, nil
}

// asked has a question of the server answered, while notifications go on.
func (c *Client) asked(_ context.Context, req *jsonrpc.Request) (any, error) {
	r, err := protocol.DecodeServerRequest(req.Method, req.Params)
	if err != nil {
		return nil, err
	}
	reply := req.Defer()
	c.asking.Go(func() {
		ctx, cancel := context.WithCancel(reply.Context())
		defer cancel()
		defer context.AfterFunc(c.closing, cancel)()
		result, err := c.answer(ctx, r)
		if c.closing.Err() != nil {
			_ = reply.Discard() // nobody has decided
			return
		}
		_ = reply.Reply(ctx, result, err) // fails only with the connection
	})
	return nil, nil
}

// answer asks whoever uses the client.
func (c *Client) answer(ctx context.Context, r protocol.ServerRequest) (_ any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the client failed: %v", p)
		}
	}()
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
