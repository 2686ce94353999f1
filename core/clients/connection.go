package clients

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/utils/jsonrpc"
)

// stallTime is how long a client may take nothing of what is written, once the
// server has a reason to end that is not the client's.
const stallTime = 2 * time.Second

// Connection is one connection and how it ends.
type Connection struct {
	Conn  *jsonrpc.Conn
	ended chan struct{} // closed to end the connection from this side
	once  sync.Once
}

// Start starts a connection over a transport. What is read first may reach the
// router before Conn is set. The hooks of o are replaced: what would go unseen is
// logged, without payload.
func (c *Connection) Start(transport jsonrpc.Transport, o *jsonrpc.Options, log *zerolog.Logger) {
	o.Hooks = hooks(log)
	c.ended = make(chan struct{})
	c.Conn = jsonrpc.NewConn(transport, o)
}

// End makes Wait return.
func (c *Connection) End() { c.once.Do(func() { close(c.ended) }) }

// Wait waits until the connection is to be taken down: at the end of its input or
// of itself, after End, or when ctx has ended. When it was not the client who
// wanted that, now or on the way down, the connection breaks off if the client
// takes nothing for two seconds, so that nobody has to wait for one that does not
// read. done is called when the connection has been taken down.
func (c *Connection) Wait(ctx context.Context) (done func()) {
	stop := context.AfterFunc(ctx, c.endIfStalled)
	select {
	case <-c.Conn.InputDone():
	case <-c.Conn.Done():
	case <-ctx.Done():
	case <-c.ended:
		c.endIfStalled()
	}
	return func() { stop() }
}

func (c *Connection) endIfStalled() { c.Conn.EndIfStalled(stallTime) }

// hooks log what a connection would otherwise pass over in silence.
func hooks(log *zerolog.Logger) *jsonrpc.Hooks {
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
