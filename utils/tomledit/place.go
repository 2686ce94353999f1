package tomledit

import (
	"bytes"
	"slices"
)

// insertions returns the places where a new key may go, the best one first.
// Not all of them need give a valid document.
func insertions(text []byte, found layout, path []string, encoded string) []change {
	if holder, ok := findHolder(found.assignments, path); ok {
		return []change{insertInline(text, holder, path, encoded)}
	}
	parent := path[:len(path)-1]
	var candidates []change
	if section, ok := findSection(found, parent); ok {
		line := Key(path[len(parent):]...) + " = " + encoded
		candidates = append(candidates, insertInSection(text, found, section, line))
	}
	if len(parent) > 0 {
		// A table that is made of dotted keys cannot have a header too.
		if sibling, ok := lastBelow(found.assignments, parent); ok {
			candidates = append(candidates, insertDotted(text, found, sibling, path, encoded))
		}
		candidates = append(candidates, insertTable(text, found, path, encoded))
		for n := len(parent) - 1; n > 0; n-- {
			if relative, ok := lastBelow(found.assignments, parent[:n]); ok {
				candidates = append(candidates, insertDotted(text, found, relative, path, encoded))
			}
		}
	}
	return candidates
}

// findHolder returns the innermost inline table that path lies in.
func findHolder(assignments []assignment, path []string) (assignment, bool) {
	for _, a := range assignments {
		if !a.table || len(a.path) >= len(path) || !hasPrefix(path, a.path) {
			continue
		}
		if inner, ok := findHolder(a.members, path); ok {
			return inner, true
		}
		return a, true
	}
	return assignment{}, false
}

// insertInline adds a key behind the last one of an inline table.
func insertInline(text []byte, holder assignment, path []string, encoded string) change {
	pair := Key(path[len(holder.path):]...) + " = " + encoded
	if len(holder.members) > 0 {
		end := holder.members[len(holder.members)-1].whole.end
		return change{span{end, end}, ", " + pair}
	}
	inside := span{holder.value.start + 1, holder.value.end - 1}
	if bytes.ContainsAny(text[inside.start:inside.end], "#\n") {
		return change{span{inside.end, inside.end}, pair + " "}
	}
	return change{inside, " " + pair + " "}
}

// findSection returns the index of the header of a table; -1 is the root,
// which has none.
func findSection(found layout, path []string) (int, bool) {
	if len(path) == 0 {
		return -1, true
	}
	section := slices.IndexFunc(found.headers, func(h header) bool { return !h.array && slices.Equal(h.path, path) })
	return section, section >= 0
}

// insertInSection adds a line behind the last key under a header.
func insertInSection(text []byte, found layout, section int, line string) change {
	var last *assignment
	for i := range found.assignments {
		if found.assignments[i].section == section {
			last = &found.assignments[i]
		}
	}
	switch {
	case last != nil:
		return insertLine(text, last.whole, line)
	case section >= 0:
		h := found.headers[section].line
		return insertLine(text, span{h.start, h.start}, line)
	}
	return insertAtTop(text, found, line)
}

// insertLine adds a line behind the one where something ends, with the
// indentation of the one where it starts.
func insertLine(text []byte, behind span, line string) change {
	start, end := lineStart(text, behind.start), lineEnd(text, behind.end)
	indentation := text[start:]
	indentation = indentation[:len(indentation)-len(bytes.TrimLeft(indentation, " \t"))]
	line = string(indentation) + line
	if !bytes.HasSuffix(text[:end], []byte("\n")) {
		return change{span{end, end}, newline(text) + line + newline(text)}
	}
	return change{span{end, end}, line + newline(text[:end])}
}

// insertAtTop adds the first key of the root: behind the comments at the top of
// the file, unless they belong to what follows. A gap that was there stays above
// the key and below it.
func insertAtTop(text []byte, found layout, line string) change {
	eol := newline(text)
	if len(found.headers) == 0 {
		end := len(text)
		if end > 0 && text[end-1] != '\n' {
			line = eol + line
		}
		return change{span{end, end}, line + eol}
	}
	first := found.headers[0].line.start
	at := 0
	for start := 0; start < first; start = lineEnd(text, start) {
		if isEmptyLine(text, start) {
			at = lineEnd(text, start)
		}
	}
	if at > 0 {
		line += eol
	}
	return change{span{at, at}, line + eol}
}

// lastBelow returns the last assignment of a line whose dotted key goes through
// path.
func lastBelow(assignments []assignment, path []string) (assignment, bool) {
	for _, a := range slices.Backward(assignments) {
		if len(a.path) > len(path) && hasPrefix(a.path, path) {
			return a, true
		}
	}
	return assignment{}, false
}

// insertDotted adds a key behind a relative, in the section of the relative.
func insertDotted(text []byte, found layout, relative assignment, path []string, encoded string) change {
	prefix := 0
	if relative.section >= 0 {
		prefix = len(found.headers[relative.section].path)
	}
	prefix = min(prefix, len(path)-1) // a section that deep is not the path's own
	return insertLine(text, relative.whole, Key(path[prefix:]...)+" = "+encoded)
}

// insertTable adds a header with one key: behind the tables of its parent if
// that has a header, else at the end.
func insertTable(text []byte, found layout, path []string, encoded string) change {
	parent := path[:len(path)-1]
	eol := newline(text)
	table := "[" + Key(parent...) + "]" + eol + Key(path[len(parent):]...) + " = " + encoded + eol
	at := len(text)
	if section, ok := findSection(found, parent[:len(parent)-1]); ok && section >= 0 {
		for next := section; next < len(found.headers) && hasPrefix(found.headers[next].path, parent[:len(parent)-1]); next++ {
			at = sectionEnd(text, found, next)
		}
	}
	if at == 0 {
		return change{span{0, 0}, table}
	}
	if text[at-1] != '\n' {
		table = eol + eol + table
	} else if previous := lineStart(text, at-1); !isEmptyLine(text, previous) {
		table = eol + table
	}
	return change{span{at, at}, table}
}

// sectionEnd returns where the line behind the last key under a header begins,
// or behind the comments that follow it without a gap, unless they stand right
// above the next header.
func sectionEnd(text []byte, found layout, section int) int {
	end := found.headers[section].line.end
	for _, a := range found.assignments {
		if a.section == section {
			end = lineEnd(text, a.whole.end)
		}
	}
	at := end
	for at < len(text) && isCommentLine(text, at) {
		at = lineEnd(text, at)
	}
	if at == len(text) || isEmptyLine(text, at) {
		return at
	}
	return end
}

// removal returns the change that takes away one place where path is written.
func removal(text []byte, found layout, path []string) (change, bool) {
	for i, h := range found.headers {
		if hasPrefix(h.path, path) {
			return removeSection(text, found, i), true
		}
	}
	for _, a := range found.assignments {
		if hasPrefix(a.path, path) {
			return change{at: span{lineStart(text, a.whole.start), lineEnd(text, a.whole.end)}}, true
		}
	}
	return removeInline(text, found.assignments, path)
}

func removeSection(text []byte, found layout, section int) change {
	at := span{found.headers[section].line.start, sectionEnd(text, found, section)}
	for at.start > 0 && isCommentLine(text, lineStart(text, at.start-1)) {
		at.start = lineStart(text, at.start-1)
	}
	// The gap before the table goes with it, or else the one behind it.
	gapBefore := at.start
	for gapBefore > 0 && isEmptyLine(text, lineStart(text, gapBefore-1)) {
		gapBefore = lineStart(text, gapBefore-1)
	}
	switch {
	case at.end == len(text):
		at.start = gapBefore
	case gapBefore < at.start || at.start == 0:
		for at.end < len(text) && isEmptyLine(text, at.end) {
			at.end = lineEnd(text, at.end)
		}
	}
	return change{at: at}
}

// removeInline takes a member out of an inline table, with one comma.
func removeInline(text []byte, assignments []assignment, path []string) (change, bool) {
	for _, a := range assignments {
		if !a.table || !hasPrefix(path, a.path) {
			continue
		}
		for i, member := range a.members {
			if !hasPrefix(member.path, path) {
				continue
			}
			switch {
			case len(a.members) == 1:
				return change{a.value, "{}"}, true
			case i+1 < len(a.members):
				return change{at: span{member.whole.start, a.members[i+1].whole.start}}, true
			}
			return change{at: span{a.members[i-1].whole.end, member.whole.end}}, true
		}
		return removeInline(text, a.members, path)
	}
	return change{}, false
}

// isEmptyLine reports whether the line at an offset is blank.
func isEmptyLine(text []byte, start int) bool {
	return start < len(text) && len(bytes.Trim(text[start:lineEnd(text, start)], " \t\r\n")) == 0
}

// isCommentLine reports whether the line at an offset holds nothing but a
// comment.
func isCommentLine(text []byte, start int) bool {
	return bytes.HasPrefix(bytes.TrimLeft(text[start:lineEnd(text, start)], " \t"), []byte("#"))
}

// newline returns how the last line of a text ends, or the first if the last
// one has no end.
func newline(text []byte) string {
	end := bytes.LastIndexByte(text, '\n')
	if end > 0 && text[end-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
