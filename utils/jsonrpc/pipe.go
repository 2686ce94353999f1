package jsonrpc

import (
	"bytes"
	"io"
	"sync"
)

// pipeBytes is how much one side of a [Pipe] may have on the way before its
// writer waits for the other side to read.
const pipeBytes = 1 << 20

// Pipe returns the two ends of a transport in memory. What one end writes the
// other reads. A writer waits while 1 MiB has not been read. When one end is
// closed, the other reads what was written before and then [io.EOF]; what it
// writes fails with [io.ErrClosedPipe].
func Pipe() (Transport, Transport) {
	a, b := newPipeQueue(), newPipeQueue()
	return &pipeEnd{in: a, out: b}, &pipeEnd{in: b, out: a}
}

type pipeEnd struct{ in, out *pipeQueue }

// pipeQueue is one direction of a pipe.
type pipeQueue struct {
	mu       sync.Mutex
	changed  sync.Cond
	messages [][]byte // not read yet, oldest first
	bytes    int      // length of all messages
	noReader bool     // nothing will be read any more
	noWriter bool     // nothing will be written any more
}

func newPipeQueue() *pipeQueue {
	q := new(pipeQueue)
	q.changed.L = &q.mu
	return q
}

func (p *pipeEnd) ReadMessage() ([]byte, error) {
	q := p.in
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.messages) == 0 && !q.noReader && !q.noWriter {
		q.changed.Wait()
	}
	if len(q.messages) == 0 || q.noReader {
		return nil, io.EOF
	}
	m := q.messages[0]
	q.messages[0] = nil
	q.messages = q.messages[1:]
	q.bytes -= len(m)
	q.changed.Broadcast()
	return m, nil
}

func (p *pipeEnd) WriteBatch(batch []byte) error {
	for m := range bytes.Lines(batch) {
		// Each gets memory of its own, so that a reader who keeps one message does
		// not keep the batch.
		if err := p.out.put(bytes.Clone(m[:len(m)-1])); err != nil {
			return err
		}
	}
	return nil
}

func (p *pipeEnd) WriteStream(message io.Reader) error {
	m, err := io.ReadAll(message)
	if err != nil {
		return err
	}
	return p.out.put(m)
}

func (q *pipeQueue) put(m []byte) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.bytes >= pipeBytes && !q.noReader && !q.noWriter {
		q.changed.Wait()
	}
	if q.noReader || q.noWriter {
		return io.ErrClosedPipe
	}
	q.messages = append(q.messages, m)
	q.bytes += len(m)
	q.changed.Broadcast()
	return nil
}

func (p *pipeEnd) Close() error {
	p.in.close(&p.in.noReader)
	p.out.close(&p.out.noWriter)
	return nil
}

func (q *pipeQueue) close(side *bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	*side = true
	q.changed.Broadcast()
}
