package mcpclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/mcptypes/wire"
)

// session is one connection to a server that has answered initialize.
type session struct {
	sdk  *mcp.ClientSession
	pipe *pipe     // nil for HTTP
	link *httpLink // nil for stdio

	dead   atomic.Bool   // cut was called
	ended  chan struct{} // closed when the connection and the process are gone
	status string        // how the process ended; set before ended is closed
}

// goodbyeLimit bounds the good-bye to a server, on which nothing depends.
const goodbyeLimit = 2 * time.Second

// errListEndless stops reading a list that does not come to an end.
var errListEndless = errors.New("the list of tools does not end")

// open starts or reaches a server and introduces this client. ctx bounds that
// and nothing later. When it fails nothing is left behind, once c.leaving is
// over.
func (c *client) open(ctx context.Context) (*session, error) {
	c.leaving.Wait() // never two at the same time
	p := &peer{log: &c.log, mask: newMask(c.server)}
	s := &session{ended: make(chan struct{})}
	transport, err := c.reach(s, p)
	if err != nil {
		return nil, err
	}
	// A connection that does not come about in time is cut, whatever the SDK is
	// waiting for.
	cut := context.AfterFunc(ctx, s.cut)
	sdk, err := p.client(c.o.Version)
	if err == nil {
		s.sdk, err = sdk.Connect(ctx, transport, &mcp.ClientSessionOptions{ProtocolVersion: protocolVersion})
	}
	inTime := cut()
	if err == nil && inTime {
		if s.pipe != nil {
			s.pipe.grace.Store(int64(c.o.Grace))
		}
		return s, nil
	}
	if err == nil {
		err = context.DeadlineExceeded
		_ = s.sdk.Close()
	}
	s.cut()
	switch {
	case s.pipe == nil:
	case ctx.Err() != nil: // how it ends does not matter, and may take a while
		c.leaving.Go(func() { s.pipe.wait() })
	default:
		s.status = s.pipe.wait()
	}
	return nil, c.connectError(ctx, s, err)
}

// reach starts the process of a server, or prepares the way to it, and returns
// the transport to it.
func (c *client) reach(s *session, p *peer) (mcp.Transport, error) {
	switch t := c.server.Transport.(type) {
	case *config.McpStdio:
		if c.o.Start == nil {
			return nil, errNoProcesses
		}
		process, err := c.o.Start(c.command)
		if err != nil {
			return nil, err
		}
		s.pipe = newPipe(process, c.toolsChanged, p.mask, &c.log)
		return s.pipe, nil
	case *config.McpHTTP:
		link, err := newHTTPLink(c.o, t)
		if err != nil {
			return nil, err
		}
		s.link = link
		p.changed = c.toolsChanged // there is no order among the streams
		return link.transport(), nil
	}
	return nil, fmt.Errorf("unknown transport %T", c.server.Transport)
}

// connectError says why a connection did not come about.
func (c *client) connectError(ctx context.Context, s *session, err error) error {
	if c.ctx.Err() != nil {
		return errClosed
	}
	why, ended := cause(err)
	switch {
	case ctx.Err() != nil:
		return &TimeoutError{What: "initialize", Limit: c.server.StartupLimit()}
	case ended && s.status != "":
		return fmt.Errorf("handshake failed: %w (%s)", why, s.status)
	}
	return fmt.Errorf("handshake failed: %w", why)
}

// cut ends what the connection rests on without a good-bye.
func (s *session) cut() {
	s.dead.Store(true)
	if s.pipe != nil {
		_ = s.pipe.Close() // always nil
	}
	if s.link != nil {
		s.link.cancel()
	}
}

// watch waits for the end of the connection, whoever brings it about, cleans up
// and closes ended.
func (s *session) watch() {
	defer close(s.ended)
	_ = s.sdk.Wait() // calls that were waiting have the error
	s.cut()
	if s.pipe != nil {
		s.status = s.pipe.wait()
	}
}

// close says good-bye, ends the server if it is a process, and waits for watch.
func (s *session) close() {
	timer := time.AfterFunc(goodbyeLimit, s.cut)
	defer timer.Stop()
	_ = s.sdk.Close() // what could not be said is no loss
	<-s.ended
}

// lost reports whether the connection is gone or going.
func (s *session) lost() bool {
	if s.dead.Load() {
		return true
	}
	if s.pipe == nil {
		return false
	}
	select {
	case <-s.pipe.closed:
		return true
	case <-s.pipe.process.Exited():
		return true
	default:
		return false
	}
}

// statusWait is how long a call that has failed waits to learn how the server
// has ended.
const statusWait = 300 * time.Millisecond

// waitStatus returns how the process of a lost session has ended, or "".
func (s *session) waitStatus() string {
	timer := time.NewTimer(statusWait)
	defer timer.Stop()
	select {
	case <-s.ended:
		return s.status
	case <-timer.C:
		return ""
	}
}

// listPages bounds the pages of a list of tools.
const listPages = 100

// list returns the tools of the server as it sent them. With errListEndless it
// returns those of the pages that were read.
func (s *session) list(ctx context.Context) ([]json.RawMessage, error) {
	var all []json.RawMessage
	params := &mcp.ListToolsParams{}
	for range listPages {
		raw, err := answerTo(ctx, func(ctx context.Context) (*rawResult, error) {
			return mcp.CallCustomMethod[*mcp.ListToolsParams, *rawResult](ctx, s.sdk, rawMethodList, params)
		})
		if err != nil {
			return nil, err
		}
		var page struct {
			Tools      []json.RawMessage `json:"tools"`
			NextCursor string            `json:"nextCursor,omitzero"`
		}
		if err := wire.Unmarshal(raw, &page); err != nil {
			return nil, fmt.Errorf("read list of tools: %w", err)
		}
		all = append(all, page.Tools...)
		if page.NextCursor == "" {
			return all, nil
		}
		if page.NextCursor == params.Cursor {
			return all, errListEndless
		}
		params = &mcp.ListToolsParams{Cursor: page.NextCursor}
	}
	return all, errListEndless
}

// call calls a tool. Nil arguments are left out.
func (s *session) call(ctx context.Context, tool string, args json.RawMessage) (json.RawMessage, error) {
	params := &mcp.CallToolParams{Name: tool}
	if args != nil {
		params.Arguments = args
	}
	return answerTo(ctx, func(ctx context.Context) (*rawResult, error) {
		return mcp.CallCustomMethod[*mcp.CallToolParams, *rawResult](ctx, s.sdk, rawMethodCall, params)
	})
}
