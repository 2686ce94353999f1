package patch

import (
	"regexp"
	"slices"
	"sort"
	"strconv"
	"sync"
)

// applyChunks returns text after the chunks. Lines of context and everything
// between chunks keep the file's own bytes; new lines get the line ending of
// their surroundings. path names the file in errors, which are [*ApplyError].
//
// spec: exec-and-tools, applying chunks to a file
func applyChunks(path, text string, chunks []Chunk) (string, error) {
	doc := newDocument(text)
	e := &editor{doc: doc, match: matcher{lines: doc.lines}}
	for i := range chunks {
		if err := e.chunk(path, &chunks[i]); err != nil {
			return "", err
		}
	}
	if len(e.splices) == 0 {
		return text, nil
	}
	return doc.edit(e.splices), nil
}

// editor places chunks one after the other. All positions refer to the lines
// of the file as it was.
type editor struct {
	doc      *document
	match    matcher
	position int // where the next search starts
	splices  []splice
}

func (e *editor) chunk(path string, c *Chunk) error {
	anchored, hint, err := e.seekContexts(path, c.Contexts)
	if err != nil {
		return err
	}
	if len(oldLines(c.Lines)) == 0 {
		e.splice(e.additionPoint(anchored && !c.EndOfFile, hint), c.Lines)
		return nil
	}
	at, lines := e.place(c.Lines, c.EndOfFile, hint)
	if at < 0 {
		return &ApplyError{Code: CodeLines, Path: path, Lines: oldLines(c.Lines)}
	}
	e.position = e.splice(at, lines)
	return nil
}

// seekContexts moves the position behind the lines that the @@ lines name;
// anchored says that there was one. A text that is not in the file, but has the
// form of a git hunk header, becomes a hint.
func (e *editor) seekContexts(path string, contexts []string) (anchored bool, hint *hunkHeader, err error) {
	for _, context := range contexts {
		if at := e.match.find([]string{context}, e.position); at >= 0 {
			e.position = at + 1
			anchored = true
			continue
		}
		header, ok := parseHunkHeader(context)
		if !ok {
			return false, nil, &ApplyError{Code: CodeContext, Path: path, Lines: []string{context}}
		}
		hint = header
	}
	return anchored, hint, nil
}

// additionPoint returns where a chunk goes that has nothing but new lines: at
// the line that its hunk header names, behind its context, or else at the end
// of the file, there in front of a last line that is empty.
func (e *editor) additionPoint(anchored bool, hint *hunkHeader) int {
	end := len(e.doc.lines)
	if hint != nil && hint.length == 0 && hint.start >= e.position && hint.start <= end {
		return hint.start
	}
	if anchored {
		return e.position
	}
	if end > e.position && e.doc.lines[end-1] == "" {
		return end - 1
	}
	return end
}

// place returns where the old lines of a chunk are, and the lines that were
// found, which may lack empty ones at the end. at is -1 if they are nowhere.
func (e *editor) place(lines []Line, endOfFile bool, hint *hunkHeader) (at int, found []Line) {
	if at := e.seek(lines, endOfFile, hint); at >= 0 {
		return at, lines
	}
	// A blank line between a chunk and what follows it reads as an empty line
	// of context, which need not be in the file.
	lines, ok := dropEmptyEnd(lines)
	if !ok {
		return -1, nil
	}
	if at := e.seek(lines, endOfFile, hint); at >= 0 {
		return at, lines
	}
	// There may be more of them. As few as possible are taken off: what is found
	// is found with fewer lines as well, which spares trying every number.
	most := emptyEnds(lines)
	dropped := 1 + sort.Search(most, func(i int) bool {
		return e.seek(lines[:len(lines)-1-i], endOfFile, hint) >= 0
	})
	if dropped > most {
		return -1, nil
	}
	lines = lines[:len(lines)-dropped]
	return e.seek(lines, endOfFile, hint), lines
}

// emptyEnds counts the empty lines of context at the end that can be taken off
// so that something to search for is left.
func emptyEnds(lines []Line) int {
	rest := len(lines)
	for rest > 0 && lines[rest-1] == (Line{Op: Context}) {
		rest--
	}
	n := len(lines) - rest
	if n > 0 && len(oldLines(lines[:rest])) == 0 {
		n--
	}
	return n
}

// seek tries the places of old lines in the order of their likelihood.
func (e *editor) seek(lines []Line, endOfFile bool, hint *hunkHeader) int {
	pattern := oldLines(lines)
	if endOfFile {
		if at := len(e.doc.lines) - len(pattern); at >= e.position && e.match.matches(pattern, at) {
			return at
		}
	}
	if hint != nil {
		if at := hint.start - 1; at >= e.position && e.match.matches(pattern, at) {
			return at
		}
		if hint.heading != "" {
			if at := e.match.find([]string{hint.heading}, e.position); at >= 0 {
				if at := e.match.find(pattern, at+1); at >= 0 {
					return at
				}
			}
		}
	}
	return e.match.find(pattern, e.position)
}

// dropEmptyEnd takes the last old line away if it is empty, and then the last
// new line if that is empty too. An empty line of context that new lines
// follow becomes a new line.
func dropEmptyEnd(lines []Line) ([]Line, bool) {
	last := len(lines) - 1
	for last >= 0 && lines[last].Op == Insert {
		last--
	}
	if last < 0 || lines[last].Text != "" {
		return nil, false
	}
	out := slices.Clone(lines)
	if end := len(out) - 1; end > last && out[end].Text == "" {
		out = out[:end]
	} else if end == last {
		return out[:end], true
	}
	if out[last].Op == Context {
		out[last].Op = Insert
		return out, true
	}
	return slices.Delete(out, last, last+1), true
}

// splice records what a chunk does from line at on, and returns the line
// behind its last old line.
func (e *editor) splice(at int, lines []Line) int {
	s := splice{at: at}
	flush := func() {
		if s.remove > 0 || len(s.insert) > 0 {
			e.splices = append(e.splices, s)
		}
	}
	for _, line := range lines {
		switch line.Op {
		case Context:
			flush()
			at = s.at + s.remove + 1
			s = splice{at: at}
		case Delete:
			s.remove++
		case Insert:
			s.insert = append(s.insert, line.Text)
		}
	}
	flush()
	return s.at + s.remove
}

// oldLines are the texts of the lines that must be in the file.
func oldLines(lines []Line) []string {
	var out []string
	for _, line := range lines {
		if line.Op != Insert {
			out = append(out, line.Text)
		}
	}
	return out
}

// hunkHeader is what the header of a git hunk says about the old file.
type hunkHeader struct {
	start, length int    // lines, counted from one
	heading       string // the line of the file that git shows behind the numbers
}

// hunkHeaderPattern matches an @@ line of git without its leading @@.
var hunkHeaderPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^-(\d{1,9})(?:,(\d{1,9}))? \+\d{1,9}(?:,\d{1,9})? @@(?: (.*))?$`)
})

func parseHunkHeader(context string) (*hunkHeader, bool) {
	m := hunkHeaderPattern().FindStringSubmatch(context)
	if m == nil {
		return nil, false
	}
	h := &hunkHeader{length: 1, heading: m[3]}
	// Nine digits at most: these cannot fail.
	h.start, _ = strconv.Atoi(m[1])
	if m[2] != "" {
		h.length, _ = strconv.Atoi(m[2])
	}
	return h, true
}
