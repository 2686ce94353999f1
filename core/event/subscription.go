package event

import (
	"context"
	"io"
)

// Subscription is one follower's place in a [Log].
type Subscription struct {
	log   *Log
	ready chan struct{} // holds a token when there may be something to read

	// Guarded by log.mu.
	q      queue
	err    error // what Next returns once q is empty
	closed bool
}

func (s *Subscription) wake() {
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

// Next returns the next event, waiting for it. It returns io.EOF after the
// last one and after Close, [ErrTooSlow] when the follower was cut off, or the
// context's error.
func (s *Subscription) Next(ctx context.Context) (Event, error) {
	for {
		if e, ok, err := s.take(); ok || err != nil {
			return e, err
		}
		select {
		case <-s.ready:
		case <-ctx.Done():
			return Event{}, ctx.Err()
		}
	}
}

// TryNext returns the next event if there is one.
func (s *Subscription) TryNext() (Event, bool) {
	e, ok, _ := s.take()
	return e, ok
}

func (s *Subscription) take() (Event, bool, error) {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	e, ok := s.q.pop()
	if s.q.len() > 0 || s.err != nil {
		s.wake() // for others that wait in Next
	}
	if ok {
		s.log.signalRoom()
		return e, true, nil
	}
	return Event{}, false, s.err
}

// Close ends the subscription. If it was the last one, what it has not read
// waits for the next. It may be called more than once.
func (s *Subscription) Close() {
	l := s.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	if len(l.subs) == 1 && l.subs[0] == s {
		s.q.seal()
		l.backlog = s.q
	}
	s.q, s.err = queue{}, io.EOF
	l.remove(s)
	s.wake()
}
