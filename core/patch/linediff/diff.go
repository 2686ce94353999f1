package linediff

import "strings"

// Edit says that the lines [OldStart, OldEnd) of the old text were replaced by
// the lines [NewStart, NewEnd) of the new one. Indexes count from zero; at most
// one of the two ranges is empty.
type Edit struct {
	OldStart, OldEnd int
	NewStart, NewEnd int
}

// Lines splits text after each line feed. Every line keeps its line feed; only
// the last one can lack it. An empty text has no lines.
func Lines(text string) []string {
	if text == "" {
		return nil
	}
	lines := make([]string, 0, strings.Count(text, "\n")+1)
	for text != "" {
		end := strings.IndexByte(text, '\n') + 1
		if end == 0 {
			end = len(text)
		}
		lines = append(lines, text[:end])
		text = text[end:]
	}
	return lines
}

// Compare returns the edits that turn the old lines into the new ones, in
// order. Edits never touch each other: at least one common line lies between
// two of them. Equal inputs give none.
func Compare(oldLines, newLines []string) []Edit {
	prefix := 0
	for prefix < len(oldLines) && prefix < len(newLines) && oldLines[prefix] == newLines[prefix] {
		prefix++
	}
	oldEnd, newEnd := len(oldLines), len(newLines)
	for oldEnd > prefix && newEnd > prefix && oldLines[oldEnd-1] == newLines[newEnd-1] {
		oldEnd--
		newEnd--
	}
	if prefix == oldEnd && prefix == newEnd {
		return nil
	}
	c := newComparison(oldLines, newLines, prefix, oldEnd, newEnd)
	c.run()
	c.slide()
	return c.edits()
}

// comparison holds the lines of the two texts and which of them changed.
type comparison struct {
	old, new               []string
	oldChanged, newChanged []bool

	// What lies between the common start and the common end of the texts.
	prefix         int
	oldIDs, newIDs []int32 // equal lines have equal numbers
}

func newComparison(oldLines, newLines []string, prefix, oldEnd, newEnd int) *comparison {
	c := &comparison{
		old:        oldLines,
		new:        newLines,
		oldChanged: make([]bool, len(oldLines)),
		newChanged: make([]bool, len(newLines)),
		prefix:     prefix,
		oldIDs:     make([]int32, oldEnd-prefix),
		newIDs:     make([]int32, newEnd-prefix),
	}
	ids := make(map[string]int32, oldEnd-prefix)
	for i, line := range oldLines[prefix:oldEnd] {
		id, ok := ids[line]
		if !ok {
			id = int32(len(ids))
			ids[line] = id
		}
		c.oldIDs[i] = id
	}

	// A line that does not occur on the other side cannot be common. Taking
	// such lines out first loses nothing and makes very different texts cheap.
	inNew := make([]bool, len(ids))
	for i, line := range newLines[prefix:newEnd] {
		id, ok := ids[line]
		if !ok {
			c.newChanged[prefix+i] = true
			continue
		}
		inNew[id] = true
		c.newIDs[i] = id
	}
	for i, id := range c.oldIDs {
		c.oldChanged[prefix+i] = !inNew[id]
	}
	return c
}

// run marks the changed lines among those that occur on both sides.
func (c *comparison) run() {
	keep := func(ids []int32, changed []bool) (kept []int32, at []int) {
		for i, id := range ids {
			if !changed[c.prefix+i] {
				kept = append(kept, id)
				at = append(at, c.prefix+i)
			}
		}
		return kept, at
	}
	a, aAt := keep(c.oldIDs, c.oldChanged)
	b, bAt := keep(c.newIDs, c.newChanged)
	m := newMyers(a, b)
	m.compare(0, len(a), 0, len(b))
	for i, gone := range m.deleted {
		c.oldChanged[aAt[i]] = gone
	}
	for i, fresh := range m.inserted {
		c.newChanged[bAt[i]] = fresh
	}
}

// slide moves each pure deletion and each pure insertion as far down as it can
// go without changing its meaning, so that a block added after another of the
// same shape starts where the block starts, not one line early.
func (c *comparison) slide() {
	slideDown(c.old, c.oldChanged, c.newChanged)
	slideDown(c.new, c.newChanged, c.oldChanged)
}

func slideDown(lines []string, changed, otherChanged []bool) {
	j := 0 // the line of the other side that stands where line i does
	for i := 0; i < len(lines); {
		replaced := false
		for j < len(otherChanged) && otherChanged[j] {
			j++
			replaced = true
		}
		if !changed[i] {
			i++
			j++
			continue
		}
		start := i
		for i < len(lines) && changed[i] {
			i++
		}
		if replaced {
			continue
		}
		// Line i is common and equals the first of the run: the run may just
		// as well begin one line later and end with line i. It stops before a
		// change of the other side, which it would turn into a replacement.
		for i < len(lines) && !changed[i] && lines[start] == lines[i] {
			if j+1 < len(otherChanged) && otherChanged[j+1] {
				break
			}
			changed[start], changed[i] = false, true
			start++
			i++
			j++
		}
	}
}

// edits collects the changed runs of both sides.
func (c *comparison) edits() []Edit {
	var out []Edit
	i, j := 0, 0
	for i < len(c.old) || j < len(c.new) {
		e := Edit{OldStart: i, NewStart: j}
		for i < len(c.old) && c.oldChanged[i] {
			i++
		}
		for j < len(c.new) && c.newChanged[j] {
			j++
		}
		e.OldEnd, e.NewEnd = i, j
		if e.OldEnd > e.OldStart || e.NewEnd > e.NewStart {
			out = append(out, e)
		}
		for i < len(c.old) && j < len(c.new) && !c.oldChanged[i] && !c.newChanged[j] {
			i++
			j++
		}
	}
	return out
}
