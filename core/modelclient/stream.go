package modelclient

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/codex-go/codex/core/modelclient/internal/sse"
	"github.com/codex-go/codex/protocol"
)

// strayTextBytes is how much an error repeats of a line that is no part of an
// event.
const strayTextBytes = 120

// errStreamUsed says that a stream was used after it was closed.
var errStreamUsed = errors.New("the stream is closed")

// Stream is an answer of a model that is coming in. It belongs to one goroutine
// at a time. Whoever got it must close it.
type Stream struct {
	body    *idleBody
	sse     *sse.Reader
	decoder decoder
	redact  redactor

	queue  []Event // decoded and not yet handed out, from head on
	head   int
	err    error // what follows the queue; io.EOF after Completed
	closed bool

	skipped      int    // events that could not be read
	firstSkipped string // what was wrong with the first
}

// decoder turns the data of stream events into events. It appends them to the
// queue of the stream.
type decoder interface {
	// decode reads one stream event. An error ends the stream.
	decode(s *Stream, data []byte) error
	// end says what the end of the connection means: an error, or nil when the
	// answer is complete and the decoder has queued its last events.
	end(s *Stream, err error) error
}

// skip counts an event that cannot be read and is passed over.
func (s *Stream) skip(err error) {
	if s.skipped++; s.skipped == 1 {
		s.firstSkipped = err.Error()
	}
}

// explain adds what was passed over to the cause of a bad end.
func (s *Stream) explain(cause error) error {
	if line := s.redact.text(s.sse.Stray()); line != "" {
		// Without the secrets first: a cut could leave a part of one.
		s.skip(fmt.Errorf("the line %q is no part of an event", line[:min(len(line), strayTextBytes)]))
	}
	if s.skipped == 0 {
		return cause
	}
	return &UnreadableError{Cause: cause, Count: s.skipped, First: s.firstSkipped}
}

func (s *Stream) push(event Event) { s.queue = append(s.queue, event) }

// finish queues the last event.
func (s *Stream) finish(responseID string, usage *protocol.TokenUsage) {
	s.push(Event{Kind: Completed, ResponseID: responseID, Usage: usage})
	s.err = io.EOF
}

// Next returns the next event. It waits for the model until ctx, or the context
// that the stream was made with, ends. After the Completed event it returns
// io.EOF; after any other error it returns the same error again.
func (s *Stream) Next(ctx context.Context) (Event, error) {
	if err := ctx.Err(); err != nil {
		return Event{}, err
	}
	for {
		if s.head < len(s.queue) {
			event := s.queue[s.head]
			s.queue[s.head] = Event{}
			if s.head++; s.head == len(s.queue) {
				s.queue, s.head = s.queue[:0], 0
			}
			return event, nil
		}
		if s.err != nil {
			s.release()
			return Event{}, s.err
		}
		if err := s.read(ctx); err != nil {
			s.err = err
		}
	}
}

// read decodes one more stream event. A nil error means that the queue may
// hold something now, or that s.err is set.
func (s *Stream) read(ctx context.Context) error {
	stop := s.body.watch(ctx)
	data, err := s.sse.Next()
	if !stop() {
		// The connection is gone, whatever was read from it.
		return ctx.Err()
	}
	if err == nil {
		err = s.decoder.decode(s, data)
		return s.redact.error(err)
	}
	if err == sse.ErrTooLarge {
		err = ErrEventTooLarge
	}
	if err == io.EOF {
		err = ErrStreamClosed
	}
	if err := s.body.parent.Err(); err != nil {
		return err
	}
	return s.redact.error(s.decoder.end(s, s.explain(err)))
}

// Close ends the stream and frees its connection. It may be called more than
// once.
func (s *Stream) Close() error {
	s.release()
	if s.err == nil || s.err == io.EOF {
		s.err = errStreamUsed
	}
	s.queue, s.head = nil, 0
	return nil
}

// release gives the connection back.
func (s *Stream) release() {
	if s.closed {
		return
	}
	s.closed = true
	if s.err == io.EOF {
		s.body.drain()
	}
	s.body.Close()
}

// newStream returns a stream of a response that began well.
func newStream(body *idleBody, d decoder, redact redactor) *Stream {
	return &Stream{body: body, sse: sse.NewReader(body, MaxEventBytes), decoder: d, redact: redact}
}

// streamError wraps the reason why a stream broke off.
func streamError(cause error) error { return &StreamError{Cause: cause} }

// unreadable is the reason for a stream event that should have been
// understood.
func unreadable(event string, err error) error {
	return streamError(fmt.Errorf("cannot read the event %s: %w", event, err))
}
