package event

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"
)

// DefaultBound is how many bytes of events may wait for a follower before its
// conversation waits for it.
const DefaultBound = 1 << 20

// hardFactor times the bound is where a follower that others outrun is cut
// off.
const hardFactor = 64

// ErrTooSlow ends a subscription that fell too far behind the others.
var ErrTooSlow = errors.New("event subscription fell too far behind")

// Options configure a [Log]. The zero value is good.
type Options struct {
	// Bound is in bytes; 0 means [DefaultBound].
	Bound int
	// Now gives the time of events; nil means [time.Now].
	Now func() time.Time
}

// Log is the stream of a conversation's events.
type Log struct {
	bound int
	now   func() time.Time

	mu     sync.Mutex
	seq    uint64 // of the last event
	closed bool   // no more events
	// subs are the open subscriptions. While there are none, events wait in
	// backlog for the next one; at most one of both is non-empty.
	subs    []*Subscription
	backlog queue
	// roomy is closed and replaced when a follower takes an event or leaves.
	// Nil while nobody waits for room.
	roomy chan struct{}
}

// NewLog returns an open log.
func NewLog(o *Options) *Log {
	l := &Log{bound: DefaultBound, now: time.Now}
	if o != nil {
		if o.Bound > 0 {
			l.bound = o.Bound
		}
		if o.Now != nil {
			l.now = o.Now
		}
	}
	return l
}

// Publish appends e, sets its Seq and Time, and returns the Seq. It never
// waits. After Close it does nothing and returns 0.
func (l *Log) Publish(e Event) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0
	}
	l.seq++
	e.Seq, e.Time = l.seq, l.now()
	if len(l.subs) == 0 {
		// Nobody listens: past the bound only what can be spared is dropped.
		if l.backlog.cost < l.bound || !e.delta() {
			l.backlog.push(e)
		}
		return e.Seq
	}
	for i := len(l.subs) - 1; i >= 0; i-- {
		s := l.subs[i]
		if s.q.cost >= l.bound && s.q.mergeLast(&e) {
			continue
		}
		s.q.push(e)
		if len(l.subs) > 1 && s.q.cost > hardFactor*l.bound {
			s.q = queue{}
			s.err = ErrTooSlow
			l.remove(s)
		}
		s.wake()
	}
	return e.Seq
}

// Seq returns the sequence number of the last event.
func (l *Log) Seq() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seq
}

// Room waits until a follower can take more, and returns at once when nobody
// follows. It fails only with the context.
func (l *Log) Room(ctx context.Context) error {
	for {
		l.mu.Lock()
		if l.hasRoom() {
			l.mu.Unlock()
			return ctx.Err()
		}
		if l.roomy == nil {
			l.roomy = make(chan struct{})
		}
		roomy := l.roomy
		l.mu.Unlock()
		select {
		case <-roomy:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// hasRoom reports whether the fastest follower is within the bound.
func (l *Log) hasRoom() bool {
	if l.closed || len(l.subs) == 0 {
		return true
	}
	return slices.ContainsFunc(l.subs, func(s *Subscription) bool { return s.q.cost < l.bound })
}

func (l *Log) signalRoom() {
	if l.roomy != nil && l.hasRoom() {
		close(l.roomy)
		l.roomy = nil
	}
}

// Subscribe returns a new subscription. What nobody has seen yet comes first.
// After Close it gets that and then io.EOF.
func (l *Log) Subscribe() *Subscription {
	s, _ := l.SubscribeWith(nil)
	return s
}

// SubscribeWith subscribes and calls snapshot, if not nil, at one moment: the
// snapshot holds what happened up to the sequence number that is returned, and
// the subscription brings everything after it and, when nobody else listened,
// what nobody has seen yet. The snapshot function must not call the log.
func (l *Log) SubscribeWith(snapshot func()) (*Subscription, uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &Subscription{log: l, ready: make(chan struct{}, 1), q: l.backlog}
	l.backlog = queue{}
	if snapshot != nil {
		snapshot()
	}
	if l.closed {
		s.err = io.EOF
	} else {
		l.subs = append(l.subs, s)
	}
	s.wake()
	return s, l.seq
}

// Close ends the log: followers read what is queued and then io.EOF.
func (l *Log) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.closed = true
	for _, s := range l.subs {
		s.err = io.EOF
		s.wake()
	}
	l.subs = nil
	l.signalRoom()
}

// remove takes s out of the followers. The caller holds l.mu.
func (l *Log) remove(s *Subscription) {
	i := slices.Index(l.subs, s)
	if i < 0 {
		return
	}
	l.subs = slices.Delete(l.subs, i, i+1)
	l.signalRoom()
}

// Subscription is one follower's place in a [Log].
type Subscription struct {
	log   *Log
	ready chan struct{} // holds a token when there may be something to read

	// Guarded by log.mu.
	q   queue
	err error // what Next returns once q is empty
}

func (s *Subscription) wake() {
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

// Next returns the next event, waiting for it. It returns io.EOF after the
// last one, [ErrTooSlow] when the follower was cut off, or the context's
// error.
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
	if ok {
		s.log.signalRoom()
		return e, true, nil
	}
	return Event{}, false, s.err
}

// Close ends the subscription. If it was the last one, what it has not read
// waits for the next.
func (s *Subscription) Close() {
	l := s.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.err == nil || s.err == io.EOF {
		if last := len(l.subs) == 0 || len(l.subs) == 1 && l.subs[0] == s; last && l.backlog.len() == 0 {
			l.backlog = s.q
		}
	}
	s.q = queue{}
	s.err = io.EOF
	l.remove(s)
	s.wake()
}
