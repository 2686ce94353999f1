package demo

import (
	"bytes"
	"errors"

	"github.com/codex-go/codex/utils/jsonrpc"
)

// tap shows every message that goes over a transport.
type tap struct {
	jsonrpc.Transport
	printer *printer
	ended   chan struct{} // closed when the server has written its last message
}

func newTap(t jsonrpc.Transport, p *printer) *tap {
	return &tap{Transport: t, printer: p, ended: make(chan struct{})}
}

// ReadMessage shows a message of the server.
func (t *tap) ReadMessage() ([]byte, error) {
	message, err := t.Transport.ReadMessage()
	var oversize *jsonrpc.OversizeError
	switch {
	case err == nil:
		t.printer.message(fromServer, message)
	case !errors.As(err, &oversize):
		close(t.ended) // the connection reads no more
	}
	return message, err
}

// WriteBatch shows the messages of the client.
func (t *tap) WriteBatch(batch []byte) error {
	for line := range bytes.Lines(batch) {
		t.printer.message(fromClient, bytes.TrimRight(line, "\n"))
	}
	return t.Transport.WriteBatch(batch)
}
