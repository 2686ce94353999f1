package exec

import (
	"strconv"
	"strings"

	"github.com/codex-go/codex/core/internal/lossy"
)

// tokenBytes is how many bytes count as a token where nobody counts exactly.
const tokenBytes = 4

// Tokens estimates how many tokens so many bytes of text are.
func Tokens(bytes int64) int64 { return (bytes + tokenBytes - 1) / tokenBytes }

// TruncateMiddle shortens a text to at most limit bytes by leaving out its
// middle, for which a mark with the number of tokens stands, as [Tokens] counts
// them. A text that fits is returned as it is.
//
// Both ends of the gap are at line breaks if there are any, as long as that
// costs no more than half of what else would stay, and otherwise between
// characters. When there is room for the mark only, the result is the mark,
// which alone may exceed the limit, with the tokens of the whole text.
//
// spec: exec-and-tools, exec_command
func TruncateMiddle(text string, limit int) string {
	short, _ := truncateMiddle(text, "", 0, limit)
	return short
}

// Middle returns the output as text, shortened as by [TruncateMiddle], and how
// many bytes it was before that. The bytes that were not kept count, and their
// place is in the gap. What is not UTF-8 becomes U+FFFD.
func (o Output) Middle(limit int) (text string, total int64) {
	if o.Dropped == 0 {
		return truncateMiddle(lossy.Text(o.Head)+lossy.Text(o.Tail), "", 0, limit)
	}
	head, tail := o.trimmed()
	dropped := o.Len() - int64(len(head)) - int64(len(tail))
	return truncateMiddle(lossy.Text(head), lossy.Text(tail), dropped, limit)
}

// truncateMiddle shortens a text of which a part may be missing: head, then
// dropped bytes, then tail.
func truncateMiddle(head, tail string, dropped int64, limit int) (text string, total int64) {
	total = int64(len(head)) + dropped + int64(len(tail))
	if dropped == 0 {
		text = head + tail
		if len(text) <= limit {
			return text, total
		}
		head, tail = text, text
	}
	// The mark tells what it takes the place of, and takes more place the more
	// it tells. The first guess is the longest that it can be, and each next
	// one is at most as long, so that the result never exceeds the limit.
	omitted := Tokens(total)
	for range 4 {
		room := limit - len(tokenMark(omitted))
		if room <= 0 {
			return tokenMark(Tokens(total)), total
		}
		first, last := firstHalf(head, room/2), lastHalf(tail, room-room/2)
		left := Tokens(total - int64(len(first)) - int64(len(last)))
		text = first + tokenMark(left) + last
		if left == omitted {
			break
		}
		omitted = left
	}
	return text, total
}

// tokenMark stands for what is left out.
func tokenMark(tokens int64) string {
	return "…" + strconv.FormatInt(tokens, 10) + " tokens truncated…\n"
}

// firstHalf returns at most n bytes of the beginning of s.
func firstHalf(s string, n int) string {
	s = prefix(s, n)
	if i := strings.LastIndexByte(s, '\n') + 1; i > 0 && i >= n/2 {
		return s[:i]
	}
	return s
}

// lastHalf returns at most n bytes of the end of s.
func lastHalf(s string, n int) string {
	s = suffix(s, n)
	if i := strings.IndexByte(s, '\n') + 1; i > 0 && len(s)-i >= n/2 {
		return s[i:]
	}
	return s
}
