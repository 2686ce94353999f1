package jsonrpc

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// enqueue queues the message in sp or, if that is nil, in s, and frees s. It
// waits while the queue is full. sent, if not nil, is called under the lock when
// the message has entered the queue.
func (c *Conn) enqueue(ctx context.Context, s *scratch, sp *spool, sent func()) error {
	if ctx.Err() != nil {
		segment{spool: sp}.discard()
		s.free()
		return context.Cause(ctx)
	}
	w, err := c.place(s, sp, sent, nil)
	if w == nil {
		return err
	}
	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
	}
	c.mu.Lock()
	removed := c.out.remove(w)
	if removed {
		c.out.admit() // it may have held up smaller ones; the writer is at work
		c.quiet.Broadcast()
	}
	c.mu.Unlock()
	if !removed { // it was admitted, or the connection ended, in the meantime
		<-w.done
		return w.err
	}
	w.seg.discard()
	return context.Cause(ctx)
}

// place queues the message in sp or, if that is nil, in s, and frees s. When the
// queue is full it returns the place that the message has behind it and does not
// wait. Under the lock it calls sent, if not nil, when the message has entered
// the queue, now or later, and parked, if not nil, when it has to wait.
func (c *Conn) place(s *scratch, sp *spool, sent func(), parked func(cost int)) (*waiter, error) {
	seg := segment{spool: sp}
	if sp == nil {
		seg.data = s.buf
	}
	kept := false // the queue owns the memory of s from now on
	defer func() {
		if kept && sp == nil {
			s.buf = nil
		}
		s.free()
	}()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		seg.discard()
		return nil, c.cause
	}
	if len(c.out.waiting) == 0 && c.out.fits(seg.cost()) {
		kept = c.out.add(seg)
		if sent != nil {
			sent()
		}
		if c.idle {
			c.idle = false
			c.writable.Signal()
		}
		return nil, nil
	}
	kept = true
	w := &waiter{seg: seg, sent: sent, done: make(chan struct{})}
	c.out.waiting = append(c.out.waiting, w)
	if parked != nil {
		parked(seg.cost())
	}
	return w, nil
}

// write is the writing goroutine.
func (c *Conn) write() {
	defer close(c.written)
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		for len(c.out.segments) == 0 && !c.ended {
			c.quiet.Broadcast()
			c.idle = true
			c.writable.Wait()
			c.idle = false
		}
		if c.ended {
			return
		}
		seg := c.out.take()
		c.writing, c.moved = true, time.Now()
		c.mu.Unlock()
		err := seg.writeTo(c.transport, c.moving)
		seg.discard()
		if err != nil {
			c.end(fmt.Errorf("%w: %w", ErrBrokenPipe, err))
		}
		c.mu.Lock()
		c.writing = false
		c.out.finish(seg)
	}
}

// moving notes that the peer takes what is being written.
func (c *Conn) moving() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moved = time.Now()
}

// errStalled says that the peer did not read what was sent.
var errStalled = errors.New("the peer does not read")

// EndIfStalled has the connection end, with an [ErrBrokenPipe], as soon as the
// peer has taken nothing for a time although something is to be written. It is
// for the way down: until then there is no reason to lose patience. A Write that
// the transport cannot release is then left behind. It does not wait.
func (c *Conn) EndIfStalled(patience time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.work.Go(func() {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		for {
			select {
			case <-timer.C:
			case <-c.done:
				return
			}
			c.mu.Lock()
			left := patience
			if c.writing {
				left -= time.Since(c.moved)
			}
			c.mu.Unlock()
			if left <= 0 {
				c.end(fmt.Errorf("%w: %w", ErrBrokenPipe, errStalled))
				return
			}
			timer.Reset(left)
		}
	})
}
