package modelclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	// progressBytes is how much of a line counts as much as its end: a large
	// event that comes slowly is none that hangs.
	progressBytes = 1 << 10
	// errorBodyBytes is how much of an unexpected body is read, and
	// errorBodyTime how long.
	errorBodyBytes = 64 << 10
	errorBodyTime  = 10 * time.Second
	// drainTime is how long a finished stream waits for the end of its body, so
	// that the connection can be used again.
	drainTime = 100 * time.Millisecond
	// drainBytes is how much it reads for that.
	drainBytes = 4 << 10
)

// idleBody is the body of a response. Waiting too long for it cancels the
// request: for anything to come, and from then on for the end of the line or a
// piece of it that is worth waiting for. What a line says does not count.
type idleBody struct {
	src     io.ReadCloser
	parent  context.Context // of the caller
	ctx     context.Context // of the request; a child of parent
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	timeout time.Duration // 0 for none
	waited  time.Duration // for more of a line that began
	came    int           // bytes of that line, as far as they count
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
	if b.timer == nil {
		n, err := b.src.Read(p)
		return n, b.readError(err)
	}
	b.timer.Reset(b.timeout - b.waited)
	start := time.Now()
	n, err := b.src.Read(p)
	b.rest()
	switch b.came += n; {
	case b.came >= progressBytes || bytes.IndexByte(p[:n], '\n') >= 0 || bytes.IndexByte(p[:n], '\r') >= 0:
		b.came, b.waited = 0, 0
	case b.came > n: // the line began earlier
		b.waited += time.Since(start)
	}
	return n, b.readError(err)
}

func (b *idleBody) readError(err error) error {
	if err != nil && err != io.EOF {
		return b.cause(err)
	}
	return err
}

// beginning reads the beginning of a body that is no stream, for an error: what
// there is of it before too much time has gone.
func (b *idleBody) beginning() []byte {
	limit := errorBodyTime
	if b.timeout > 0 {
		limit = min(limit, b.timeout)
	}
	timer := time.AfterFunc(limit, func() { b.cancel(ErrIdleTimeout) })
	defer timer.Stop()
	data, _ := io.ReadAll(io.LimitReader(b, errorBodyBytes)) // an error is there already
	return data
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

// attach gives the body of a response to b.
func (b *idleBody) attach(response *http.Response) {
	b.src = response.Body
	b.canKeep = response.ProtoMajor == 1
}
