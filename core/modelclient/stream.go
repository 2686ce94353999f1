package modelclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/codex-go/codex/core/modelclient/internal/sse"
	"github.com/codex-go/codex/protocol"
)

const (
	// drainTime is how long a finished stream waits for the end of its body, so
	// that the connection can be used again.
	drainTime = 100 * time.Millisecond
	// drainBytes is how much it reads for that.
	drainBytes = 4 << 10
	// strayTextBytes is how much an error repeats of a line that is no part of
	// an event.
	strayTextBytes = 120
)

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

// idleBody is the body of a response. A read that waits for too long cancels
// the request.
type idleBody struct {
	src     io.ReadCloser
	parent  context.Context // of the caller
	ctx     context.Context // of the request; a child of parent
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	timeout time.Duration // 0 for none
	canKeep bool          // the connection can be used again after the body's end
}

// errDrained ends the wait of drain.
var errDrained = errors.New("stream is complete")

// newIdleBody makes a body without a source. Its timer runs from now on, until
// the first read.
func newIdleBody(parent context.Context, timeout time.Duration) *idleBody {
	b := &idleBody{parent: parent, timeout: timeout}
	b.ctx, b.cancel = context.WithCancelCause(parent)
	if timeout > 0 {
		b.timer = time.AfterFunc(timeout, func() { b.cancel(ErrIdleTimeout) })
	}
	return b
}

// Read reads from the response. Its errors are [ErrIdleTimeout], io.EOF and
// those of the connection.
func (b *idleBody) Read(p []byte) (int, error) {
	if b.timer != nil {
		b.timer.Reset(b.timeout)
	}
	n, err := b.src.Read(p)
	b.rest()
	if err != nil && err != io.EOF {
		err = b.cause(err)
	}
	return n, err
}

// cause returns the reason why the request was cancelled, or err.
func (b *idleBody) cause(err error) error {
	if context.Cause(b.ctx) == ErrIdleTimeout {
		return ErrIdleTimeout
	}
	return err
}

// rest stops the clock: the time that the caller takes is not the model's.
func (b *idleBody) rest() {
	if b.timer != nil {
		b.timer.Stop()
	}
}

// watch cancels the request when ctx ends before stop is called; stop then
// returns false. A context that shares its Done channel with that of the
// request needs no watching.
func (b *idleBody) watch(ctx context.Context) (stop func() bool) {
	if ctx.Done() == nil || ctx.Done() == b.parent.Done() {
		return keepGoing
	}
	return context.AfterFunc(ctx, func() { b.cancel(ctx.Err()) })
}

func keepGoing() bool { return true }

// limit makes the next reads wait for at most d.
func (b *idleBody) limit(d time.Duration) {
	if b.timeout <= 0 || d < b.timeout {
		b.timeout = d
	}
	if b.timer == nil {
		b.timer = time.AfterFunc(d, func() { b.cancel(ErrIdleTimeout) })
		b.timer.Stop()
	}
}

// drain reads what is left of a finished response, for a moment.
func (b *idleBody) drain() {
	if b.src == nil || !b.canKeep || b.ctx.Err() != nil {
		return
	}
	timer := time.AfterFunc(drainTime, func() { b.cancel(errDrained) })
	defer timer.Stop()
	_, _ = io.CopyN(io.Discard, b.src, drainBytes) // whatever comes, the answer is complete
}

// Close ends the request.
func (b *idleBody) Close() {
	b.rest()
	if b.src != nil {
		_ = b.src.Close() // only frees the connection
	}
	b.cancel(context.Canceled)
}

// newStream returns a stream of a response that began well.
func newStream(body *idleBody, d decoder, redact redactor) *Stream {
	return &Stream{body: body, sse: sse.NewReader(body, MaxEventBytes), decoder: d, redact: redact}
}

// attach gives the body of a response to b.
func (b *idleBody) attach(response *http.Response) {
	b.src = response.Body
	b.canKeep = response.ProtoMajor == 1
}

// streamError wraps the reason why a stream broke off.
func streamError(cause error) error { return &StreamError{Cause: cause} }

// unreadable is the reason for a stream event that should have been
// understood.
func unreadable(event string, err error) error {
	return streamError(fmt.Errorf("cannot read the event %s: %w", event, err))
}
