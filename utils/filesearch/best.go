package filesearch

import (
	"bytes"
	"container/heap"
)

// best keeps the best paths of a root: those with the highest scores and, among
// equal ones, those that come first. It is used by one goroutine.
type best struct {
	limit int
	found ranking // a heap with the worst on top
}

// ranked is a path that was found.
type ranked struct {
	score uint32
	path  []byte
}

// worse reports whether a comes behind b.
func (a ranked) worse(b ranked) bool {
	if a.score != b.score {
		return a.score < b.score
	}
	return bytes.Compare(a.path, b.path) > 0
}

// wants reports whether a path would be one of the best.
func (b *best) wants(score uint32, path []byte) bool {
	return len(b.found) < b.limit || b.found[0].worse(ranked{score, path})
}

// add takes a path in, if it is one of the best. It copies the path.
func (b *best) add(score uint32, path []byte) {
	r := ranked{score, path}
	if len(b.found) < b.limit {
		r.path = bytes.Clone(path)
		heap.Push(&b.found, r)
		return
	}
	if top := &b.found[0]; top.worse(r) {
		top.score = score
		top.path = append(top.path[:0], path...)
		heap.Fix(&b.found, 0)
	}
}

// ranking is a [heap.Interface].
type ranking []ranked

func (r ranking) Len() int           { return len(r) }
func (r ranking) Less(i, j int) bool { return r[i].worse(r[j]) }
func (r ranking) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *ranking) Push(x any)        { *r = append(*r, x.(ranked)) }
func (r *ranking) Pop() any {
	last := len(*r) - 1
	x := (*r)[last]
	*r = (*r)[:last]
	return x
}
