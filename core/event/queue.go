package event

// queue is a first-in-first-out queue of events that knows what it costs.
type queue struct {
	entries []entry
	head    int // index of the first entry
	cost    int // bytes
	// merged is the text of the last entry when others were joined with it,
	// so that joining many small ones copies each of them once.
	merged []byte
}

type entry struct {
	Event
	cost int
}

func (q *queue) len() int { return len(q.entries) - q.head }

func (q *queue) push(e Event) {
	q.seal()
	if q.head > len(q.entries)/2 && len(q.entries) == cap(q.entries) {
		// Use the space in front before growing. Moving at most half keeps a
		// push cheap on average.
		n := copy(q.entries, q.entries[q.head:])
		clear(q.entries[n:])
		q.entries, q.head = q.entries[:n], 0
	}
	cost := e.cost()
	q.entries = append(q.entries, entry{e, cost})
	q.cost += cost
}

func (q *queue) pop() (Event, bool) {
	if q.len() == 0 {
		return Event{}, false
	}
	if q.len() == 1 {
		q.seal()
	}
	e := q.entries[q.head]
	q.entries[q.head] = entry{}
	q.head++
	q.cost -= e.cost
	if q.head == len(q.entries) {
		q.entries, q.head = q.entries[:0], 0
		if cap(q.entries) > 1024 {
			q.entries = nil // do not keep the peak
		}
	}
	return e.Event, true
}

// join adds e to the last queued event, if both are pieces of the same text
// and small enough together.
func (q *queue) join(e *Event) bool {
	if q.len() == 0 {
		return false
	}
	last := &q.entries[len(q.entries)-1]
	if !last.continuedBy(e) {
		return false
	}
	size := len(q.merged)
	if q.merged == nil {
		size = textLen(last.Msg)
	}
	grown := textLen(e.Msg)
	if size+grown > mergeLimit {
		return false
	}
	if q.merged == nil {
		q.merged = appendText(make([]byte, 0, 2*(size+grown)), last.Msg)
	}
	q.merged = appendText(q.merged, e.Msg)
	last.Seq = e.Seq
	last.cost += grown
	q.cost += grown
	return true
}

// seal gives the last event the text that was collected for it.
func (q *queue) seal() {
	if q.merged == nil {
		return
	}
	last := &q.entries[len(q.entries)-1]
	last.Msg = withText(last.Msg, q.merged)
	q.merged = nil
}
