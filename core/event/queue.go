package event

// queue is a first-in-first-out queue of events that knows what it costs.
type queue struct {
	events []Event
	head   int // index of the first event
	cost   int // bytes
}

func (q *queue) len() int { return len(q.events) - q.head }

func (q *queue) push(e Event) {
	if q.head > len(q.events)/2 && len(q.events) == cap(q.events) {
		// Use the space in front before growing. Moving at most half keeps a
		// push cheap on average.
		n := copy(q.events, q.events[q.head:])
		clear(q.events[n:])
		q.events, q.head = q.events[:n], 0
	}
	q.events = append(q.events, e)
	q.cost += e.cost()
}

func (q *queue) pop() (Event, bool) {
	if q.len() == 0 {
		return Event{}, false
	}
	e := q.events[q.head]
	q.events[q.head] = Event{}
	q.head++
	q.cost -= e.cost()
	if q.head == len(q.events) {
		q.events, q.head = q.events[:0], 0
		if cap(q.events) > 1024 {
			q.events = nil // do not keep the peak
		}
	}
	return e, true
}

// mergeLast joins e with the last queued event, if both are deltas of the same
// thing.
func (q *queue) mergeLast(e *Event) bool {
	if q.len() == 0 {
		return false
	}
	last := &q.events[len(q.events)-1]
	msg, ok := merge(last, e)
	if !ok {
		return false
	}
	q.cost -= last.cost()
	last.Msg, last.Seq = msg, e.Seq
	q.cost += last.cost()
	return true
}
