package linediff

import (
	"strconv"
	"strings"
)

// noNewline follows a line that lacks its line feed, as in git.
const noNewline = "\\ No newline at end of file\n"

// Unified returns the hunks that turn oldText into newText, with context
// unchanged lines around each change and without file headers. Equal texts
// give an empty string. A range of one line omits its length, an empty side is
// written with the line before it, so 0,0 for an empty text.
//
// spec: exec-and-tools, changes map; agent-loop, turn diff
func Unified(oldText, newText string, context int) string {
	if oldText == newText {
		return ""
	}
	oldLines, newLines := Lines(oldText), Lines(newText)
	var out strings.Builder
	edits := Compare(oldLines, newLines)
	for len(edits) > 0 {
		// Edits whose context lines would touch or overlap share a hunk.
		n := 1
		for n < len(edits) && edits[n].OldStart-edits[n-1].OldEnd <= 2*context {
			n++
		}
		writeHunk(&out, oldLines, newLines, edits[:n], context)
		edits = edits[n:]
	}
	return out.String()
}

func writeHunk(out *strings.Builder, oldLines, newLines []string, edits []Edit, context int) {
	first, last := edits[0], edits[len(edits)-1]
	before := min(context, first.OldStart)
	after := min(context, len(oldLines)-last.OldEnd)
	oldStart, oldEnd := first.OldStart-before, last.OldEnd+after
	newStart, newEnd := first.NewStart-before, last.NewEnd+after

	out.WriteString("@@ -")
	writeRange(out, oldStart, oldEnd-oldStart)
	out.WriteString(" +")
	writeRange(out, newStart, newEnd-newStart)
	out.WriteString(" @@\n")

	at := oldStart
	for _, e := range edits {
		writeLines(out, ' ', oldLines[at:e.OldStart])
		writeLines(out, '-', oldLines[e.OldStart:e.OldEnd])
		writeLines(out, '+', newLines[e.NewStart:e.NewEnd])
		at = e.OldEnd
	}
	writeLines(out, ' ', oldLines[at:oldEnd])
}

// writeRange writes one side of a hunk header. start counts from zero.
func writeRange(out *strings.Builder, start, length int) {
	if length == 0 {
		out.WriteString(strconv.Itoa(start))
		out.WriteString(",0")
		return
	}
	out.WriteString(strconv.Itoa(start + 1))
	if length != 1 {
		out.WriteByte(',')
		out.WriteString(strconv.Itoa(length))
	}
}

func writeLines(out *strings.Builder, prefix byte, lines []string) {
	for _, line := range lines {
		out.WriteByte(prefix)
		out.WriteString(line)
		if !strings.HasSuffix(line, "\n") {
			out.WriteByte('\n')
			out.WriteString(noNewline)
		}
	}
}
