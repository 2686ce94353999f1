package filesearch

import "slices"

// Scores. (spec: app-server, fuzzyFileSearch, score)
const (
	scoreMatch     = 16
	gapStart       = 3
	gapExtension   = 1
	minCarry       = 4 // what a match that follows another one is worth at least
	strongBoundary = 8 // bonus from which a match starts a new run
)

// unit is a character of a path: a byte of ASCII or a code point.
type unit interface{ ~byte | ~rune }

// matcher scores one path after the other against atoms. It is used by one
// goroutine. Its buffers are used again.
type matcher[U unit] struct {
	classes []class // of the units of the path
	greedy  []int32 // the leftmost embedding
	rows    gapRows
	trace   []uint8 // how each cell came about; see gap
	// skipping takes, for an atom of one unit, the unit before a match to be
	// the match before it. So it is in paths that are not in ASCII.
	skipping bool
}

// gapRows are rows of the tables of gap.
type gapRows struct {
	match, carry, nextMatch, nextCarry []uint32 // a match of 0 is a missing cell
}

// bonus returns what a match at j is worth beside its base.
func (m *matcher[U]) bonus(j int) uint32 {
	if j == 0 {
		return bonuses[classSpace][m.classes[0]]
	}
	return bonuses[m.classes[j-1]][m.classes[j]]
}

// match scores an atom against a path whose units are h, folded as the atom
// wants, and whose classes are set. It reports whether the atom occurs. indices,
// if not nil, gets the positions appended.
func (m *matcher[U]) match(needle, h []U, indices *[]uint32) (score uint32, ok bool) {
	k := len(needle)
	switch {
	case k > len(h):
		return 0, false
	case k == len(h):
		if !slices.Equal(needle, h) {
			return 0, false
		}
		return m.run(0, k, indices), true
	}
	if !m.embed(needle, h) {
		return 0, false
	}
	start := int(m.greedy[0])
	if k == 1 {
		return m.single(needle[0], h, start, indices), true
	}
	end := len(h) - 1
	for h[end] != needle[k-1] {
		end--
	}
	if end-start+1 == k {
		return m.run(start, k, indices), true
	}
	return m.gap(needle, h, end, indices), true
}

// embed finds the leftmost embedding of needle.
func (m *matcher[U]) embed(needle, h []U) bool {
	m.greedy = m.greedy[:0]
	j := 0
	for _, n := range needle {
		for j < len(h) && h[j] != n {
			j++
		}
		if j == len(h) {
			return false
		}
		m.greedy = append(m.greedy, int32(j))
		j++
	}
	return true
}

// single scores an atom of one unit, which occurs first at start: the best of
// its positions counts, the leftmost of the best.
func (m *matcher[U]) single(n U, h []U, start int, indices *[]uint32) uint32 {
	best, at := m.bonus(start), start
	before := m.classes[start]
	for j := start + 1; j < len(h); j++ {
		if h[j] != n {
			continue
		}
		b := m.bonus(j)
		if m.skipping {
			b = bonuses[before][m.classes[j]]
			before = m.classes[j]
		}
		if b > best {
			best, at = b, j
		}
	}
	if indices != nil {
		*indices = append(*indices, uint32(at))
	}
	return scoreMatch + 2*best
}

// run scores a match without gaps.
func (m *matcher[U]) run(start, k int, indices *[]uint32) uint32 {
	first := m.bonus(start)
	score := scoreMatch + 2*first
	for j := start + 1; j < start+k; j++ {
		b := m.bonus(j)
		if b >= strongBoundary && b > first {
			first = b
		}
		score += scoreMatch + max(b, first, minCarry)
	}
	if indices != nil {
		for j := start; j < start+k; j++ {
			*indices = append(*indices, uint32(j))
		}
	}
	return score
}

// Bits of a cell of the trace.
const (
	adjacent = 1 << iota // the match follows the match of the unit before
	opened               // the gap at this position begins behind a match
)

// gap scores a match with gaps: the best placement of the units between the
// first position of the first and the last position of the last. For each unit
// of the needle there is a row of cells, one for each position from its leftmost
// one: a match there, and a gap there that follows a match further left.
func (m *matcher[U]) gap(needle, h []U, end int, indices *[]uint32) uint32 {
	k, start := len(needle), int(m.greedy[0])
	width := end - start + 1
	r := &m.rows
	for _, row := range []*[]uint32{&r.match, &r.carry, &r.nextMatch, &r.nextCarry} {
		if cap(*row) < width {
			*row = make([]uint32, 2*width)
		}
		*row = (*row)[:width]
	}
	tracing := indices != nil
	if tracing {
		if cap(m.trace) < k*width {
			m.trace = make([]uint8, k*width)
		}
		m.trace = m.trace[:k*width]
		clear(m.trace)
	}

	for x := range width {
		r.match[x] = 0
		if h[start+x] == needle[0] {
			b := m.bonus(start + x)
			r.match[x], r.carry[x] = scoreMatch+2*b, b
		}
	}
	from := 0 // the first cell of the row
	for i := 1; i < k; i++ {
		next := int(m.greedy[i]) - start
		n := needle[i]
		gap := uint32(0)
		for x := from; x < next; x++ { // nothing can match here
			r.nextMatch[x] = 0
		}
		for x := from; x < width; x++ {
			// gap is that of the position x, behind a match of unit i-1.
			if x > from {
				begun := less(r.match[x-1], gapStart)
				gap = less(gap, gapExtension)
				if begun > gap {
					gap = begun
					if tracing {
						m.trace[(i-1)*width+x] |= opened
					}
				}
			}
			if x+1 >= width || x+1 < next {
				continue
			}
			r.nextMatch[x+1] = 0
			j := start + x + 1
			if h[j] != n {
				continue
			}
			b := m.bonus(j)
			score, carry := gap+b+scoreMatch, b
			if r.match[x] > 0 {
				c := max(r.carry[x], minCarry)
				if b >= strongBoundary && b > c {
					c = b
				}
				if s := r.match[x] + max(c, b) + scoreMatch; s > score {
					score, carry = s, c
					if tracing {
						m.trace[i*width+x+1] |= adjacent
					}
				}
			}
			r.nextMatch[x+1], r.nextCarry[x+1] = score, carry
		}
		r.match, r.nextMatch = r.nextMatch, r.match
		r.carry, r.nextCarry = r.nextCarry, r.carry
		from = next
	}

	best, at := uint32(0), 0
	for x := from; x < width; x++ {
		if s := r.match[x]; s > 0 && s >= best {
			best, at = s, x
		}
	}
	if tracing {
		m.traceBack(k, width, start, at, indices)
	}
	return best
}

// traceBack appends the positions of the best placement, which ends at the cell
// x of the last row.
func (m *matcher[U]) traceBack(k, width, start, x int, indices *[]uint32) {
	first := len(*indices)
	*indices = append(*indices, make([]uint32, k)...)
	for i := k - 1; ; i-- {
		(*indices)[first+i] = uint32(start + x)
		if i == 0 {
			return
		}
		if m.trace[i*width+x]&adjacent != 0 {
			x--
			continue
		}
		// Through the gap to the match that it begins behind.
		x--
		for m.trace[(i-1)*width+x]&opened == 0 {
			x--
		}
		x--
	}
}

// less subtracts, but not below zero.
func less(n, by uint32) uint32 { return n - min(n, by) }
