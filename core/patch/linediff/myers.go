package linediff

// The search for the middle of an edit script gives up after searchDepth
// rounds and splits the problem at the furthest point that it has reached; all
// searches of one comparison together take at most workLimit steps. Past that
// limit a block is reported as replaced as a whole. Both only cost brevity of
// the diff, never its truth.
const (
	searchDepth = 1024
	workLimit   = 1 << 25
)

// myers finds a short edit script between two sequences of numbers.
type myers struct {
	a, b              []int32
	deleted, inserted []bool
	forward, backward []int32 // furthest points reached on each diagonal
	offset            int     // index of diagonal 0 in forward and backward
	work              int     // steps left
}

func newMyers(a, b []int32) *myers {
	// Diagonals run from -len(b) to len(a), with a border on each side.
	size := len(a) + len(b) + 3
	return &myers{
		a: a, b: b,
		deleted:  make([]bool, len(a)),
		inserted: make([]bool, len(b)),
		forward:  make([]int32, size),
		backward: make([]int32, size),
		offset:   len(b) + 1,
		work:     workLimit,
	}
}

// compare marks what changed between a[aLo:aHi] and b[bLo:bHi].
func (m *myers) compare(aLo, aHi, bLo, bHi int) {
	for {
		for aLo < aHi && bLo < bHi && m.a[aLo] == m.b[bLo] {
			aLo++
			bLo++
		}
		for aLo < aHi && bLo < bHi && m.a[aHi-1] == m.b[bHi-1] {
			aHi--
			bHi--
		}
		if aLo == aHi || bLo == bHi || m.work <= 0 {
			mark(m.deleted[aLo:aHi])
			mark(m.inserted[bLo:bHi])
			return
		}
		x, y := m.split(aLo, aHi, bLo, bHi)
		// The first part recursively, the rest in this loop. Each part is
		// smaller than the whole, because the split lies strictly between the
		// two corners.
		m.compare(aLo, x, bLo, y)
		aLo, bLo = x, y
	}
}

func mark(lines []bool) {
	for i := range lines {
		lines[i] = true
	}
}

// split returns a point that an edit script from (aLo, bLo) to (aHi, bHi) may
// pass through, other than these two corners. It is a point of a shortest
// script unless the search ran too deep. Neither the first nor the last
// elements of the two ranges are equal, and neither range is empty.
func (m *myers) split(aLo, aHi, bLo, bHi int) (x, y int) {
	// A diagonal k holds the points with x-y = k.
	dMin, dMax := aLo-bHi, aHi-bLo
	fMid, bMid := aLo-bLo, aHi-bHi
	odd := (fMid-bMid)&1 != 0
	fMin, fMax := fMid, fMid
	bMin, bMax := bMid, bMid
	fwd, bwd, off := m.forward, m.backward, m.offset
	fwd[off+fMid] = int32(aLo)
	bwd[off+bMid] = int32(aHi)

	for depth := 1; ; depth++ {
		// One more edit from the start. Diagonals that left the box are cut off.
		if fMin > dMin {
			fMin--
			fwd[off+fMin-1] = -1
		} else {
			fMin++
		}
		if fMax < dMax {
			fMax++
			fwd[off+fMax+1] = -1
		} else {
			fMax--
		}
		for k := fMax; k >= fMin; k -= 2 {
			down, right := int(fwd[off+k+1]), int(fwd[off+k-1])+1
			x := max(down, right)
			y := x - k
			for x < aHi && y < bHi && m.a[x] == m.b[y] {
				x++
				y++
				m.work--
			}
			m.work--
			fwd[off+k] = int32(x)
			if odd && bMin <= k && k <= bMax && int(bwd[off+k]) <= x {
				return x, y
			}
		}

		// One more edit from the end.
		if bMin > dMin {
			bMin--
			bwd[off+bMin-1] = int32(aHi + 1)
		} else {
			bMin++
		}
		if bMax < dMax {
			bMax++
			bwd[off+bMax+1] = int32(aHi + 1)
		} else {
			bMax--
		}
		for k := bMax; k >= bMin; k -= 2 {
			up, left := int(bwd[off+k-1]), int(bwd[off+k+1])-1
			x := min(up, left)
			y := x - k
			for x > aLo && y > bLo && m.a[x-1] == m.b[y-1] {
				x--
				y--
				m.work--
			}
			m.work--
			bwd[off+k] = int32(x)
			if !odd && fMin <= k && k <= fMax && x <= int(fwd[off+k]) {
				return x, y
			}
		}

		if depth >= searchDepth || m.work <= 0 {
			return m.furthest(aLo, aHi, bLo, bHi, fMin, fMax, bMin, bMax)
		}
	}
}

// furthest returns the point that a search which was given up has come
// furthest to, seen from either end.
func (m *myers) furthest(aLo, aHi, bLo, bHi, fMin, fMax, bMin, bMax int) (x, y int) {
	bestForward, fx := -1, aLo
	for k := fMax; k >= fMin; k -= 2 {
		x := min(int(m.forward[m.offset+k]), aHi)
		y := x - k
		if y > bHi {
			x, y = bHi+k, bHi
		}
		if x >= aLo && y >= bLo && x+y > bestForward {
			bestForward, fx = x+y, x
		}
	}
	bestBackward, bx := aHi+bHi+1, aHi
	for k := bMax; k >= bMin; k -= 2 {
		x := max(int(m.backward[m.offset+k]), aLo)
		y := x - k
		if y < bLo {
			x, y = bLo+k, bLo
		}
		if x <= aHi && y <= bHi && x+y < bestBackward {
			bestBackward, bx = x+y, x
		}
	}
	if aHi+bHi-bestBackward < bestForward-(aLo+bLo) {
		return fx, bestForward - fx
	}
	return bx, bestBackward - bx
}
