package event

const (
	// blockSize is how many events a block holds.
	blockSize = 64
	// spareBlocks is how many empty blocks a queue keeps for later.
	spareBlocks = 8
)

// queue is a first-in-first-out queue of events that knows what it costs. It is
// a chain of blocks, so that it neither copies when it grows nor keeps what it
// needed at its peak.
type queue struct {
	head, tail *block // nil when there are none
	first      int    // index of the first entry in head
	size       int    // entries
	cost       int    // bytes
	// merged is the text of the last entry when others were joined with it,
	// so that joining many small ones copies each of them once.
	merged []byte

	spare  *block // a chain of empty ones
	spares int
}

type block struct {
	next    *block
	used    int
	entries [blockSize]entry
}

type entry struct {
	Event
	cost int
}

func (q *queue) len() int { return q.size }

// last returns the last entry of a queue that is not empty.
func (q *queue) last() *entry { return &q.tail.entries[q.tail.used-1] }

func (q *queue) push(e Event) {
	q.seal()
	if q.tail == nil || q.tail.used == blockSize {
		q.grow()
	}
	cost := e.cost()
	q.tail.entries[q.tail.used] = entry{e, cost}
	q.tail.used++
	q.size++
	q.cost += cost
}

// grow adds an empty block.
func (q *queue) grow() {
	b := q.spare
	if b != nil {
		q.spare, b.next = b.next, nil
		q.spares--
	} else {
		b = new(block)
	}
	if q.tail == nil {
		q.head, q.first = b, 0
	} else {
		q.tail.next = b
	}
	q.tail = b
}

func (q *queue) pop() (Event, bool) {
	if q.size == 0 {
		return Event{}, false
	}
	if q.size == 1 {
		q.seal()
	}
	b := q.head
	e := b.entries[q.first]
	b.entries[q.first] = entry{}
	q.first++
	q.size--
	q.cost -= e.cost
	if q.first == b.used {
		q.drop()
	}
	return e.Event, true
}

// drop takes the first block away, which is empty.
func (q *queue) drop() {
	b := q.head
	q.head, q.first = b.next, 0
	if q.head == nil {
		q.tail = nil
	}
	if q.spares < spareBlocks {
		b.used, b.next = 0, q.spare
		q.spare = b
		q.spares++
	}
}

// join adds e to the last queued event, if both are pieces of the same text
// and small enough together.
func (q *queue) join(e *Event) bool {
	if q.size == 0 {
		return false
	}
	last := q.last()
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
	last := q.last()
	last.Msg = withText(last.Msg, q.merged)
	q.merged = nil
}
