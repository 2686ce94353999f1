package exec

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
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
		return lossyText(o.Head)
	}
	head, tail := o.trimmed()
	dropped := o.Len() - int64(len(head)) - int64(len(tail))
	return fmt.Sprintf("%s\n[... %d bytes not kept ...]\n%s", lossyText(head), dropped, lossyText(tail))
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

// lossyText decodes b as UTF-8. Each longest sequence that begins like a
// character and is none becomes one U+FFFD, as web browsers do it.
func lossyText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var s strings.Builder
	s.Grow(len(b) + 16)
	for len(b) > 0 {
		n := 0
		for n < len(b) {
			if b[n] < utf8.RuneSelf {
				n++
				continue
			}
			r, size := utf8.DecodeRune(b[n:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			n += size
		}
		s.Write(b[:n])
		if b = b[n:]; len(b) > 0 {
			s.WriteRune(utf8.RuneError)
			b = b[malformed(b):]
		}
	}
	return s.String()
}

// malformed returns the length of the malformed sequence at the beginning of b:
// as many bytes as a character could begin with, and at least one.
func malformed(b []byte) int {
	lo, hi, want := byte(0x80), byte(0xBF), 0
	switch c := b[0]; {
	case 0xC2 <= c && c <= 0xDF:
		want = 1
	case 0xE0 <= c && c <= 0xEF:
		want = 2
		switch c {
		case 0xE0:
			lo = 0xA0
		case 0xED:
			hi = 0x9F
		}
	case 0xF0 <= c && c <= 0xF4:
		want = 3
		switch c {
		case 0xF0:
			lo = 0x90
		case 0xF4:
			hi = 0x8F
		}
	}
	n := 1
	for ; n <= want && n < len(b) && lo <= b[n] && b[n] <= hi; n++ {
		lo, hi = 0x80, 0xBF
	}
	return n
}
