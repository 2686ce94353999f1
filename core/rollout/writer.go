package rollout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/codex-go/codex/protocol"
)

const (
	// maxPending is how many bytes may wait for the disk before Record waits
	// too.
	maxPending = 4 << 20
	// gitDeadline is how long the first line waits for the facts about the
	// repository, gitHurry how long when somebody waits for the file. Both
	// count from the start.
	gitDeadline = 5 * time.Second
	gitHurry    = time.Second
	// timestampLayout is the form of the times in a rollout, which are UTC.
	timestampLayout = "2006-01-02T15:04:05.000Z"
)

// fileWriter is the [Writer] of a [FileStore]. Lines are encoded where they
// are recorded, into a buffer; one goroutine hands the buffer to the operating
// system, in one call for as many lines as there are.
type fileWriter struct {
	id      protocol.ConversationID
	path    string
	o       WriterOptions
	now     func() time.Time
	release func() error // gives the conversation up

	wake    chan struct{} // the goroutine has something to do
	hurry   chan struct{} // closed when somebody waits for the file
	stopped chan struct{} // closed when the goroutine has ended
	// background is what the goroutine waits for before it ends.
	background sync.WaitGroup

	// mu guards what follows. The bytes that are recorded and not written are
	// in pending, behind those the goroutine is writing at the moment.
	mu      sync.Mutex
	changed chan struct{} // closed and replaced when something here changed
	pending []byte
	spare   []byte  // an empty buffer for pending
	ordinal *uint64 // of the next line, for files that number their lines
	// queued and written count bytes of lines since the writer was made. The
	// first line is not counted: written is negative until it is in the file.
	queued, written int64
	hurried         bool
	closing         bool
	retry           bool  // try again although the file is broken
	broken          error // why the file does not take the pending lines
	lost            error // lines were thrown away; no more are taken
	closeErr        error // set before stopped is closed
}

// newWriter returns a writer to the file of s. Somebody must run it.
func newWriter(id protocol.ConversationID, s *sink, now func() time.Time, o WriterOptions, release func() error) *fileWriter {
	return &fileWriter{
		id: id, path: s.path, o: o, now: now, release: release,
		wake: make(chan struct{}, 1), hurry: make(chan struct{}), stopped: make(chan struct{}),
		changed: make(chan struct{}),
	}
}

// ID returns the id of the conversation.
func (w *fileWriter) ID() protocol.ConversationID { return w.id }

// Path returns the path of the file.
func (w *fileWriter) Path() string { return w.path }

// Record queues items.
func (w *fileWriter) Record(items ...protocol.RolloutItem) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.room(); err != nil {
		return err
	}
	var errs error
	for _, item := range items {
		if !Persists(item) {
			continue
		}
		errs = errors.Join(errs, w.encode(item))
	}
	return errs
}

// room waits until lines may be added. The caller holds the lock.
func (w *fileWriter) room() error {
	for !w.closing && w.broken == nil && len(w.pending) >= maxPending {
		changed := w.changed
		w.mu.Unlock()
		<-changed
		w.mu.Lock()
	}
	switch {
	case w.closing:
		return ErrClosed
	case w.lost == nil && w.broken != nil && len(w.pending) >= maxPending:
		// What is dropped now would leave a hole, so nothing may follow it.
		w.lost = fmt.Errorf("the record of the conversation ends early: %w", w.broken)
	}
	return w.lost
}

// encode appends the line of item to those that wait. The caller holds the
// lock.
func (w *fileWriter) encode(item protocol.RolloutItem) error {
	l := protocol.RolloutLine{Timestamp: w.now().UTC().Format(timestampLayout), Item: item}
	if r, ok := item.(*protocol.ResponseItemLine); ok && w.o.ItemIDs && r.Item != nil {
		l.ItemID = r.Item.ItemID()
	}
	before := len(w.pending)
	grown, err := protocol.Append(w.pending, &l)
	if err != nil {
		w.pending = w.pending[:before]
		return fmt.Errorf("encode a rollout line: %w", err)
	}
	w.pending = grown
	w.endLine(before)
	return nil
}

// endLine ends the line that begins at the byte start of pending. The caller
// holds the lock.
func (w *fileWriter) endLine(start int) {
	if w.ordinal != nil {
		w.pending = fmt.Appendf(w.pending[:len(w.pending)-1], `,"ordinal":%d}`, *w.ordinal)
		*w.ordinal++
	}
	w.pending = append(w.pending, '\n')
	w.queued += int64(len(w.pending) - start)
	if w.broken == nil {
		w.signal()
	}
}

// signal wakes the goroutine.
func (w *fileWriter) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// announce wakes everybody who waits for a change. The caller holds the lock.
func (w *fileWriter) announce() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// waitedFor tells the goroutine that somebody waits for the file. The caller
// holds the lock.
func (w *fileWriter) waitedFor() {
	if !w.hurried {
		w.hurried = true
		close(w.hurry)
	}
	w.signal()
}

// Flush waits until everything that was recorded is in the file.
func (w *fileWriter) Flush(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	target := w.queued
	if w.broken != nil && !w.closing {
		w.retry = true
	}
	for w.written < target {
		if w.broken != nil && !w.retry {
			return w.broken
		}
		w.waitedFor()
		changed := w.changed
		w.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			w.mu.Lock()
			return ctx.Err()
		}
		w.mu.Lock()
	}
	return w.lost
}

// Close flushes, syncs and gives the conversation up.
func (w *fileWriter) Close(ctx context.Context) error {
	w.mu.Lock()
	if !w.closing {
		w.closing = true
		w.retry = w.broken != nil // the last chance
		w.announce()              // Record must not wait any more
	}
	w.waitedFor()
	w.mu.Unlock()
	select {
	case <-w.stopped:
		return w.closeErr
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run writes until the writer is closed. first makes the first line; nil when
// the file has one.
func (w *fileWriter) run(s *sink, first func() ([]byte, error)) {
	if first != nil {
		head, err := first()
		w.mu.Lock()
		w.lost = err // without its head the file is worth nothing
		s.head = bytes.Clone(head)
		w.pending = append(head, w.pending...)
		w.written = -int64(len(head))
		w.mu.Unlock()
	}
	reported := false
	for w.await() {
		w.mu.Lock()
		batch := w.pending
		w.pending, w.spare = w.spare, nil
		w.mu.Unlock()

		n, err := w.put(s, batch)

		w.mu.Lock()
		w.written += int64(n)
		w.broken, w.retry = err, false
		if err != nil {
			w.pending = append(batch[n:len(batch):len(batch)], w.pending...)
		} else if cap(batch) <= 1<<20 {
			w.spare = batch[:0]
		}
		w.announce()
		w.mu.Unlock()
		if err != nil && !reported {
			reported = true
			if w.o.OnError != nil {
				w.o.OnError(err)
			}
		}
	}
	err := s.close()
	w.mu.Lock()
	switch {
	case w.broken != nil:
		err = w.broken // says more than the file does when it is closed
	case w.lost != nil:
		err = w.lost
	}
	w.mu.Unlock()
	w.background.Wait()
	w.closeErr = errors.Join(err, w.release())
	close(w.stopped)
}

// await waits for something to write. It is false when the writer is closed
// and nothing more can be written.
func (w *fileWriter) await() bool {
	for {
		w.mu.Lock()
		work := len(w.pending) > 0 && (w.broken == nil || w.retry)
		closing := w.closing
		w.mu.Unlock()
		switch {
		case work:
			return true
		case closing:
			return false
		}
		<-w.wake
	}
}

// put writes batch, and once more after opening the file again when that
// fails. A file that somebody removed is put back first, and one that somebody
// shortened gets its first line again. It returns how many bytes are in the file
// as whole lines.
func (w *fileWriter) put(s *sink, batch []byte) (int, error) {
	harm := s.harmed()
	switch harm {
	case removed:
		if err := s.restore(w.id); err != nil {
			return 0, fmt.Errorf("write rollout %s: it was removed, and cannot be put back: %w", s.path, err)
		}
	case shortened:
		if err := s.goOn(); err != nil {
			return 0, fmt.Errorf("write rollout %s: it was shortened, and cannot be continued: %w", s.path, err)
		}
	}
	if harm != unharmed && w.o.OnRestored != nil {
		w.o.OnRestored(harm == shortened)
	}
	n, err := s.write(batch)
	if err == nil {
		return n, nil
	}
	s.why = err
	if oerr := s.reopen(); oerr != nil {
		return n, fmt.Errorf("write rollout %s: %w, and it cannot be opened again: %w", s.path, err, oerr)
	}
	m, err := s.write(batch[n:])
	if err != nil {
		return n + m, fmt.Errorf("write rollout %s: %w", s.path, err)
	}
	return n + m, nil
}
