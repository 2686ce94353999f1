package exec

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of the text that the model gets of the output of a command. Shortened
// text has up to two lines more, those of the mark in its middle.
//
// spec: exec-and-tools, model text
const (
	// ModelBytes bounds the text in bytes.
	ModelBytes = 10_240
	// ModelLines bounds the text in lines.
	ModelLines = 256
)

// Truncate shortens a text for the model when it exceeds [ModelBytes] or
// [ModelLines]. The first and the last 128 lines stay, with a mark between
// them that tells how many lines were left out; both parts are cut further to
// hold the bytes, at boundaries of characters. When there are few lines, and it
// is only bytes that are too many, the beginning and the end stay and the mark
// tells of bytes. Shortened text has no CR before a line break and no line break
// at its end.
//
// spec: exec-and-tools, model text
func Truncate(text string) string {
	return truncate(text, "", 0, 0)
}

// truncate is Truncate for a text of which a part is missing: head, then
// dropped bytes with droppedLines line breaks in them, then tail.
func truncate(head, tail string, dropped, droppedLines int64) string {
	lines := int64(strings.Count(head, "\n")+strings.Count(tail, "\n")) + droppedLines
	if last := head + tail[:min(1, len(tail))]; last == "" {
		return ""
	}
	if end := endOf(head, tail); end != '\n' {
		lines++
	}
	if dropped == 0 && len(head) <= ModelBytes && lines <= ModelLines {
		return head
	}
	if dropped == 0 {
		tail = head
	}
	const half = ModelLines / 2
	var mark string
	if lines > ModelLines {
		head, tail = firstLines(head, half), lastLines(tail, half)
		mark = fmt.Sprintf("\n[... omitted %d of %d lines ...]\n\n", lines-2*half, lines)
	} else {
		head, tail = joinLines(head), joinLines(tail)
		total := int64(len(head))
		if dropped == 0 {
			if total <= ModelBytes {
				return head
			}
		} else {
			total += dropped + int64(len(tail))
		}
		head = prefix(head, ModelBytes/2)
		// The number is at most the total, so that the mark does not get
		// longer than it is with the total.
		room := ModelBytes - len(head) - len(byteMark(total, total))
		tail = suffix(tail, room)
		mark = byteMark(total-int64(len(head))-int64(len(tail)), total)
	}
	head = prefix(head, ModelBytes/2)
	return head + mark + suffix(tail, ModelBytes-len(head)-len(mark))
}

func byteMark(omitted, total int64) string {
	return fmt.Sprintf("\n[... omitted %d of %d bytes ...]\n\n", omitted, total)
}

// endOf returns the last byte of two texts, one of which is not empty.
func endOf(head, tail string) byte {
	if tail != "" {
		return tail[len(tail)-1]
	}
	return head[len(head)-1]
}

// joinLines returns s without CR before line breaks, and without a line break
// at its end.
func joinLines(s string) string {
	return strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r"), "\r\n", "\n")
}

// firstLines returns the first n lines of s, joined.
func firstLines(s string, n int) string {
	end := 0
	for range n {
		i := strings.IndexByte(s[end:], '\n')
		if i < 0 {
			return joinLines(s)
		}
		end += i + 1
	}
	return joinLines(s[:end])
}

// lastLines returns the last n lines of s, joined.
func lastLines(s string, n int) string {
	start := len(strings.TrimSuffix(s, "\n"))
	for range n {
		i := strings.LastIndexByte(s[:start], '\n')
		if i < 0 {
			return joinLines(s)
		}
		start = i
	}
	return joinLines(s[start+1:])
}

// prefix returns the first n bytes of s, or a little less where that would cut
// a character.
func prefix(s string, n int) string {
	if n >= len(s) {
		return s
	}
	n = max(0, n)
	for back := 0; back < utf8.UTFMax && back <= n; back++ {
		if utf8.RuneStart(s[n-back]) {
			return s[:n-back]
		}
	}
	return s[:n]
}

// suffix returns the last n bytes of s, or a little less where that would cut a
// character.
func suffix(s string, n int) string {
	if n >= len(s) {
		return s
	}
	start := len(s) - max(0, n)
	for ahead := 0; ahead < utf8.UTFMax; ahead++ {
		if start+ahead == len(s) || utf8.RuneStart(s[start+ahead]) {
			return s[start+ahead:]
		}
	}
	return s[start:]
}
