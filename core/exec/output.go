package exec

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/codex-go/codex/core/internal/lossy"
)

// DefaultCaptureLimit bounds what is kept of each stream and of both together,
// in bytes: half of it from the beginning, half from the end. A running command
// therefore costs at most three times as much, whatever it prints.
const DefaultCaptureLimit = 4 << 20

// Output is what a command wrote, or its beginning and end.
type Output struct {
	// Head is the beginning. When nothing was dropped it is everything.
	Head []byte
	// Tail is the end. It is empty when nothing was dropped.
	Tail []byte
	// Dropped counts the bytes between Head and Tail that were not kept.
	Dropped int64
	// DroppedLines counts the line breaks among them.
	DroppedLines int64
}

// Len returns the number of bytes that were written.
func (o Output) Len() int64 { return int64(len(o.Head)) + o.Dropped + int64(len(o.Tail)) }

// String returns the output as text. What is not UTF-8 becomes U+FFFD. Where
// bytes were dropped, a line says how many.
func (o Output) String() string {
	if o.Dropped == 0 && len(o.Tail) == 0 {
		return lossy.Text(o.Head)
	}
	head, tail := o.trimmed()
	dropped := o.Len() - int64(len(head)) - int64(len(tail))
	return fmt.Sprintf("%s\n[... %d bytes not kept ...]\n%s", lossy.Text(head), dropped, lossy.Text(tail))
}

// trimmed returns Head and Tail without the parts of characters that the gap
// between them has cut.
func (o Output) trimmed() (head, tail []byte) {
	head, tail = o.Head, o.Tail
	for i := len(head) - 1; i >= max(0, len(head)-utf8.UTFMax+1); i-- {
		if utf8.RuneStart(head[i]) {
			if !utf8.FullRune(head[i:]) {
				head = head[:i]
			}
			break
		}
	}
	for i := range min(utf8.UTFMax, len(tail)) {
		if utf8.RuneStart(tail[i]) {
			tail = tail[i:]
			break
		}
	}
	return head, tail
}

// capture collects an Output within a limit.
type capture struct {
	half    int    // limit of head and of tail, in bytes
	head    []byte // grows to half
	tail    []byte // grows to half, then is a ring
	oldest  int    // index in tail of its first byte, once it is full
	dropped int64
	lines   int64 // line breaks among the dropped
}

func newCapture(limit int) *capture { return &capture{half: max(1, limit/2)} }

// write takes a copy of p.
func (c *capture) write(p []byte) {
	c.head, p = c.fill(c.head, p)
	if skip := len(p) - c.half; skip > 0 {
		c.drop(c.tail)
		c.drop(p[:skip])
		c.tail, c.oldest = c.tail[:0], 0
		p = p[skip:]
	}
	c.tail, p = c.fill(c.tail, p)
	for len(p) > 0 {
		n := min(len(p), len(c.tail)-c.oldest)
		c.drop(c.tail[c.oldest : c.oldest+n])
		copy(c.tail[c.oldest:], p[:n])
		c.oldest = (c.oldest + n) % len(c.tail)
		p = p[n:]
	}
}

// fill appends of p to buf what fits, and returns the rest.
func (c *capture) fill(buf, p []byte) (filled, rest []byte) {
	n := min(c.half-len(buf), len(p))
	if need := len(buf) + n; need > cap(buf) {
		grown := make([]byte, len(buf), min(c.half, max(2*cap(buf), need)))
		copy(grown, buf)
		buf = grown
	}
	return append(buf, p[:n]...), p[n:]
}

func (c *capture) drop(p []byte) {
	c.dropped += int64(len(p))
	c.lines += int64(bytes.Count(p, []byte{'\n'}))
}

// output returns what was captured and gives up its memory.
func (c *capture) output() Output {
	o := Output{Head: c.head, Dropped: c.dropped, DroppedLines: c.lines}
	if c.dropped == 0 {
		o.Head = append(o.Head, c.tail...)
	} else {
		slices.Reverse(c.tail[:c.oldest])
		slices.Reverse(c.tail[c.oldest:])
		slices.Reverse(c.tail)
		o.Tail = c.tail
	}
	*c = capture{half: c.half}
	return o
}
