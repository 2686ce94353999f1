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
	// Observe is called with every event, in order, before followers can see
	// it; nil does nothing. What it keeps is what [Log.SubscribeWith] can take
	// a consistent snapshot of. It must not block and must not call the log.
	Observe func(Event)
}

// Log is the stream of a conversation's events.
type Log struct {
	bound   int
	now     func() time.Time
	observe func(Event)

	mu     sync.Mutex
	seq    uint64 // of the last event
	closed bool   // no more events
	// subs are the subscriptions that were neither closed nor cut off. While
	// there are none, events wait in backlog for the next one; at most one of
	// both is non-empty.
	subs    []*Subscription
	backlog queue
	// roomy is closed and replaced when the followers may have room. Nil while
	// nobody waits for that.
	roomy chan struct{}
}

// NewLog returns an open log. Nil options are the defaults.
func NewLog(o *Options) *Log {
	l := &Log{bound: DefaultBound, now: time.Now}
	if o != nil {
		if o.Bound > 0 {
			l.bound = o.Bound
		}
		if o.Now != nil {
			l.now = o.Now
		}
		l.observe = o.Observe
	}
	return l
}

// Publish appends e, sets its Seq and Time, and returns the Seq. It never
// waits. After Close, and for an event that nobody listens for and that is
// dropped, it returns 0. (spec: events-and-rollouts, queues)
func (l *Log) Publish(e Event) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0
	}
	if len(l.subs) == 0 && l.backlog.cost >= l.bound && e.delta() {
		return 0 // nobody listens: past the bound, what can be spared is
	}
	l.seq++
	e.Seq, e.Time = l.seq, l.now()
	if l.observe != nil {
		l.observe(e)
	}
	if len(l.subs) == 0 {
		l.backlog.push(e)
		return e.Seq
	}
	for i := len(l.subs) - 1; i >= 0; i-- {
		s := l.subs[i]
		if s.q.cost >= l.bound && s.q.join(&e) {
			continue
		}
		s.q.push(e)
		if len(l.subs) > 1 && s.q.cost > hardFactor*l.bound {
			s.q, s.err = queue{}, ErrTooSlow
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
// follows. Where several follow, the fastest counts: a slow one stalls nobody.
// It fails only with the context.
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

// hasRoom reports whether the fastest follower is within the bound. The caller
// holds l.mu.
func (l *Log) hasRoom() bool {
	if l.closed || len(l.subs) == 0 {
		return true
	}
	for _, s := range l.subs {
		if s.q.cost < l.bound {
			return true
		}
	}
	return false
}

// signalRoom wakes those who wait for room, if there is some. The caller holds
// l.mu.
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

// SubscribeWith subscribes and calls snapshot, if not nil, at one moment: what
// was observed up to the sequence number that is returned is in the snapshot,
// and the subscription brings everything after it and, when nobody else
// listens, what nobody has seen yet. The snapshot function must not call the
// log.
func (l *Log) SubscribeWith(snapshot func()) (*Subscription, uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &Subscription{log: l, ready: make(chan struct{}, 1)}
	s.q, l.backlog = l.backlog, queue{}
	if snapshot != nil {
		snapshot()
	}
	if l.closed {
		s.err = io.EOF
	}
	l.subs = append(l.subs, s)
	l.signalRoom()
	s.wake()
	return s, l.seq
}

// Close ends the log: followers read what is queued and then io.EOF. It may be
// called more than once.
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
