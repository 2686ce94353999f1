package patch

import (
	"slices"
	"strings"
)

// byteOrderMark may begin a text file. It is no part of the first line.
const byteOrderMark = "\ufeff"

// document is a text file seen as lines. What is not edited is copied byte for
// byte, whatever its line endings are.
type document struct {
	text   string
	starts []int    // offset of each line, then the offset of the end
	lines  []string // each line without its ending
}

func newDocument(text string) *document {
	d := &document{text: text}
	n := strings.Count(text, "\n") + 1
	d.starts = make([]int, 0, n+1)
	d.lines = make([]string, 0, n)
	at := 0
	if strings.HasPrefix(text, byteOrderMark) {
		at = len(byteOrderMark)
	}
	for at < len(text) {
		d.starts = append(d.starts, at)
		line, _, found := strings.Cut(text[at:], "\n")
		at += len(line)
		if found {
			at++
			line = strings.TrimSuffix(line, "\r")
		}
		d.lines = append(d.lines, line)
	}
	d.starts = append(d.starts, at)
	return d
}

// ending returns the line ending of line i; empty for a last line without one.
func (d *document) ending(i int) string {
	return d.text[d.starts[i]+len(d.lines[i]) : d.starts[i+1]]
}

// endingFor returns the ending that a new line gets which takes the place of
// line i or follows line i: that of line i, or of the nearest line that has
// one. A file without any gets line feeds.
func (d *document) endingFor(i int) string {
	for i = min(i, len(d.lines)-1); i >= 0; i-- {
		if e := d.ending(i); e != "" {
			return e
		}
	}
	if len(d.lines) > 0 && d.ending(0) != "" {
		return d.ending(0)
	}
	return "\n"
}

// splice replaces the lines [at, at+remove) of a document by others.
type splice struct {
	at, remove int
	insert     []string
}

// edit returns the text after the splices, whose ranges must not overlap.
// Splices at the same place take effect in the order given.
func (d *document) edit(splices []splice) string {
	slices.SortStableFunc(splices, func(a, b splice) int { return a.at - b.at })
	var out strings.Builder
	out.Grow(len(d.text) + 64)
	out.WriteString(d.text[:d.starts[0]])
	open := "" // what a line without an ending needs before another can follow
	keep := func(from, to int) {
		if from >= to {
			return
		}
		out.WriteString(open)
		open = ""
		out.WriteString(d.text[d.starts[from]:d.starts[to]])
		if to == len(d.lines) && d.ending(to-1) == "" {
			open = d.endingFor(to - 1)
		}
	}
	at := 0
	for _, s := range splices {
		keep(at, s.at)
		at = max(at, s.at)
		for i, line := range s.insert {
			out.WriteString(open)
			open = ""
			out.WriteString(line)
			model := at - 1
			if s.remove > 0 {
				model = at + min(i, s.remove-1)
			}
			out.WriteString(d.endingFor(model))
		}
		at += s.remove
	}
	keep(at, len(d.lines))
	return out.String()
}
