package jsonrpc

import (
	"fmt"
	"io"
)

// Transport moves whole messages between this side and its peer; it knows how
// messages are told apart on the way and nothing of what they say. A connection
// calls ReadMessage from one goroutine and the two writing methods from one
// other; Close may be called from any.
type Transport interface {
	// ReadMessage returns the next message, which belongs to the caller. It
	// returns [io.EOF] when there are no more, and a *[OversizeError] for a
	// message that it had to skip; reading goes on after that. Every other error
	// ends the input.
	ReadMessage() ([]byte, error)
	// WriteBatch writes one or more whole messages, each of them followed by one
	// line feed. There is no other line feed in the batch. The transport must not
	// keep the slice. After an error nothing more is written.
	WriteBatch(batch []byte) error
	// WriteStream writes one message, which is everything that message yields,
	// without a line feed.
	WriteStream(message io.Reader) error
	// Close releases calls of ReadMessage and of the writing methods, and makes
	// later ones fail. It may be called more than once.
	Close() error
}

// OversizeError says that a message was skipped because it is too long.
type OversizeError struct {
	Prefix []byte // the beginning of the message, at most 64 KiB
	Size   int64  // the length of the message in bytes
	Limit  int    // the length in bytes up to which messages are read
}

// Error returns the size and the limit.
func (e *OversizeError) Error() string {
	return fmt.Sprintf("message of %d bytes is longer than %d", e.Size, e.Limit)
}
