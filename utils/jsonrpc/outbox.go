package jsonrpc

import (
	"bytes"
	"io"
)

const (
	// DefaultQueueBytes is the bound of the outgoing queue unless [Options] says
	// otherwise: 8 MiB.
	DefaultQueueBytes = 8 << 20

	segmentSize = 64 << 10 // bytes of small messages that are written at once
	ownSegment  = 16 << 10 // length from which a message is not copied
	inPieces    = 1 << 20  // length from which a message is written in pieces
	spareCount  = 4        // segments kept for the next messages
	spoolCost   = 64 << 10 // what a spooled message counts in the queue
)

// segment is a run of whole messages that the transport gets at once, or one
// message that lies in a spool.
type segment struct {
	data  []byte
	spool *spool
}

func (s segment) cost() int {
	if s.spool != nil {
		return spoolCost
	}
	return len(s.data)
}

// writeTo writes the segment. Of a large one moving hears whenever the transport
// has taken a piece.
func (s segment) writeTo(t Transport, moving func()) error {
	if s.spool != nil {
		r, err := s.spool.rewind()
		if err != nil {
			return err
		}
		return t.WriteStream(watched{r, moving})
	}
	if len(s.data) < inPieces {
		return t.WriteBatch(s.data)
	}
	return t.WriteStream(watched{bytes.NewReader(s.data[:len(s.data)-1]), moving})
}

// watched is a reader that tells of every Read.
type watched struct {
	io.Reader
	moving func()
}

func (w watched) Read(b []byte) (int, error) {
	w.moving()
	return w.Reader.Read(b)
}

// discard frees what the segment holds beside memory.
func (s segment) discard() {
	if s.spool != nil {
		s.spool.close()
	}
}

// waiter is a sender for whose message the queue has no room. It is removed
// from the list exactly once: when it is admitted, when the connection ends, or
// when its sender gives up.
type waiter struct {
	seg  segment
	sent func()        // called under the lock at the moment of admission
	done chan struct{} // closed when the waiter has left the list
	err  error         // why it was not admitted; read after done
}

// outbox is the outgoing queue. It is a part of [state] and guarded by its lock.
type outbox struct {
	limit int // bound of bytes

	// bytes is the cost of all segments in the queue and of the one that is being
	// written. It exceeds limit only while a single message, too large by itself,
	// is all there is.
	bytes int
	// segments are queued messages, oldest first. Only the last may grow, and
	// only while its capacity lasts.
	segments []segment
	// waiting holds senders in the order of their arrival. While it is not empty
	// nothing else enters the queue, so that a large message is not overtaken for
	// ever.
	waiting []*waiter
	// spare are empty buffers of segmentSize.
	spare [][]byte
}

// fits reports whether a segment may enter the queue now.
func (o *outbox) fits(cost int) bool { return o.bytes == 0 || o.bytes+cost <= o.limit }

// add puts a segment at the end of the queue. It copies small messages, so that
// their buffer may be used again, and keeps others; it reports which.
func (o *outbox) add(s segment) (kept bool) {
	o.bytes += s.cost()
	if s.spool != nil || len(s.data) >= ownSegment {
		o.segments = append(o.segments, s)
		return true
	}
	if n := len(o.segments); n > 0 {
		if last := &o.segments[n-1]; last.spool == nil && cap(last.data)-len(last.data) >= len(s.data) {
			last.data = append(last.data, s.data...)
			return false
		}
	}
	var buf []byte
	if n := len(o.spare); n > 0 {
		buf, o.spare = o.spare[n-1], o.spare[:n-1]
	} else {
		buf = make([]byte, 0, segmentSize)
	}
	o.segments = append(o.segments, segment{data: append(buf, s.data...)})
	return false
}

// take removes the oldest segment. Its cost stays counted until finish.
func (o *outbox) take() segment {
	s := o.segments[0]
	n := copy(o.segments, o.segments[1:])
	o.segments[n] = segment{}
	o.segments = o.segments[:n]
	return s
}

// finish forgets a segment that was written and lets waiting senders in.
func (o *outbox) finish(s segment) {
	o.bytes -= s.cost()
	if s.spool == nil && cap(s.data) == segmentSize && len(o.spare) < spareCount {
		o.spare = append(o.spare, s.data[:0])
	}
	o.admit()
}

// admit lets in the waiting senders for whom there is room.
func (o *outbox) admit() {
	for len(o.waiting) > 0 && o.fits(o.waiting[0].seg.cost()) {
		w := o.waiting[0]
		o.remove(w)
		o.add(w.seg)
		if w.sent != nil {
			w.sent()
		}
		close(w.done)
	}
}

// remove takes a waiter off the list and reports whether it was there.
func (o *outbox) remove(w *waiter) bool {
	for i := range o.waiting {
		if o.waiting[i] == w {
			n := i + copy(o.waiting[i:], o.waiting[i+1:])
			o.waiting[n] = nil
			o.waiting = o.waiting[:n]
			return true
		}
	}
	return false
}

// fail empties the queue and turns every waiting sender away.
func (o *outbox) fail(err error) (dropped []segment) {
	for _, w := range o.waiting {
		dropped = append(dropped, w.seg)
		w.err = err
		close(w.done)
	}
	dropped = append(dropped, o.segments...)
	o.waiting, o.segments, o.spare = nil, nil, nil
	return dropped
}
