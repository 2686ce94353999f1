package mcpclient

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/rs/zerolog"
)

// Limits of the talk over pipes.
const (
	// maxMessage bounds a message of a server, in bytes.
	maxMessage = 16 << 20
	// maxQueued is how many messages may wait for a server that does not read.
	maxQueued = 64
)

var (
	errMessageTooLong = errors.New("the server sent a message of more than 16 MiB")
	errClosed         = errors.New("the connection is closed")
)

// pipe is the connection to a server over its standard input and output: one
// JSON-RPC message a line. It owns the process and is a transport of the SDK
// that can be connected once.
//
// A line that is no message is logged and passed over. Messages for a server
// that does not read wait in a queue, so that a caller can give up.
// (spec: mcp, the two implementations; do better, client)
type pipe struct {
	process Process
	changed func() // called when the server says that its tools have changed
	mask    *strings.Replacer
	in      *bufio.Reader
	log     *zerolog.Logger
	queued  chan []byte // lines to write

	// grace is what the server gets to end by itself.
	grace  atomic.Int64
	once   sync.Once
	closed chan struct{}  // Close was called, or writing has failed
	work   sync.WaitGroup // the goroutines of the pipe

	// Only Read uses these.
	batch []jsonrpc.Message // read and not yet returned
	noisy bool              // there was a line that is no message
}

// newPipe serves the streams of a process. Close must be called. changed is
// called when the server says that its tools have changed, before what it says
// next is read; it must not block. mask goes over what is logged.
func newPipe(p Process, changed func(), mask *strings.Replacer, log *zerolog.Logger) *pipe {
	c := &pipe{
		process: p,
		mask:    mask,
		changed: changed,
		in:      bufio.NewReaderSize(p.Stdout(), 64<<10),
		log:     log,
		queued:  make(chan []byte, maxQueued),
		closed:  make(chan struct{}),
	}
	c.work.Go(c.write)
	c.work.Go(func() { logLines(p.Stderr(), mask, log) })
	return c
}

// Connect returns the pipe itself.
func (c *pipe) Connect(context.Context) (mcp.Connection, error) { return c, nil }

// SessionID returns "": there are no sessions on pipes.
func (c *pipe) SessionID() string { return "" }

// write writes what is queued.
func (c *pipe) write() {
	stdin := c.process.Stdin()
	for {
		select {
		case line := <-c.queued:
			if _, err := stdin.Write(line); err != nil {
				c.log.Debug().Err(err).Msg("an MCP server does not read any more")
				_ = c.Close()
				return
			}
		case <-c.closed:
			return
		}
	}
}

// Write queues a message.
func (c *pipe) Write(ctx context.Context, msg jsonrpc.Message) error {
	line, err := jsonrpc.EncodeMessage(withRealMethod(msg))
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	select {
	case <-c.closed:
		return errClosed
	default:
	}
	select {
	case c.queued <- append(line, '\n'):
		return nil
	case <-c.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Read returns the next message of the server. It ends with the process, so
// that Close ends it too.
func (c *pipe) Read(context.Context) (jsonrpc.Message, error) {
	for len(c.batch) == 0 {
		line, err := c.readLine()
		if err != nil {
			_ = c.Close() // nobody will answer any more
			return nil, err
		}
		c.batch = c.decode(line)
	}
	msg := c.batch[0]
	c.batch = c.batch[1:]
	if req, ok := msg.(*jsonrpc.Request); ok && req.Method == methodListChanged {
		c.changed()
	}
	return msg, nil
}

// decode returns the messages of a line, none if it is noise.
func (c *pipe) decode(line []byte) []jsonrpc.Message {
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return nil
	}
	parts := []json.RawMessage{line}
	if line[0] == '[' { // a batch, as an old version of the protocol has them
		parts = nil
		_ = json.Unmarshal(line, &parts) // noise has no parts
	}
	messages := make([]jsonrpc.Message, 0, len(parts))
	for _, part := range parts {
		if msg, err := jsonrpc.DecodeMessage(part); err == nil {
			messages = append(messages, msg)
		}
	}
	if len(messages) < max(1, len(parts)) {
		level := zerolog.WarnLevel
		if c.noisy {
			level = zerolog.DebugLevel // once is enough
		}
		c.noisy = true
		c.log.WithLevel(level).Str("line", clip(line, c.mask)).Msg("an MCP server wrote something that is no message")
	}
	return messages
}

// readLine returns the next line. The last one may lack its end.
func (c *pipe) readLine() ([]byte, error) {
	var line []byte
	for {
		part, err := c.in.ReadSlice('\n')
		if len(line)+len(part) > maxMessage {
			return nil, errMessageTooLong
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(bytes.TrimSpace(line)) > 0:
			return line, nil
		default:
			return nil, io.EOF // also for a file that Stop has closed
		}
	}
}

// Close begins to end the process. It does not wait; see wait.
func (c *pipe) Close() error {
	c.once.Do(func() {
		c.work.Go(func() {
			if err := c.process.Stop(time.Duration(c.grace.Load())); err != nil {
				c.log.Error().Err(err).Msg("an MCP server could not be ended")
			}
		})
		close(c.closed)
	})
	return nil
}

// wait waits, after Close, until the process and the goroutines have ended, and
// returns how the process ended, in words.
func (c *pipe) wait() string {
	<-c.closed
	c.work.Wait()
	return c.process.Status()
}
