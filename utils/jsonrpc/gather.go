package jsonrpc

import (
	"runtime/debug"
	"slices"
)

const (
	maxChunk = 1 << 20 // bytes by which a long line grows at most
	// largeMessage is the length in bytes from which the memory of a message is
	// given back to the system when it is no longer needed. The collector by itself
	// would keep the size of the largest one for minutes.
	largeMessage = 8 << 20
)

// gather collects the beginning of a line that has not been read to its end. It
// grows by steps, so that it never holds much more than what was read.
type gather struct {
	chunks [][]byte
	size   int // bytes in all of them
}

func (g *gather) add(p []byte) {
	g.size += len(p)
	if n := len(g.chunks); n > 0 {
		last := g.chunks[n-1]
		fits := min(len(p), cap(last)-len(last))
		g.chunks[n-1] = append(last, p[:fits]...)
		if p = p[fits:]; len(p) == 0 {
			return
		}
	}
	chunk := make([]byte, 0, max(len(p), min(g.size, maxChunk)))
	g.chunks = append(g.chunks, append(chunk, p...))
}

// line returns everything in memory of its own, which it takes from the chunks.
func (g *gather) line() []byte {
	if len(g.chunks) == 1 {
		return g.chunks[0]
	}
	whole := slices.Grow([]byte(nil), g.size)
	for i, chunk := range g.chunks {
		whole = append(whole, chunk...)
		g.chunks[i] = nil
	}
	return whole
}

// giveBack returns to the system what nobody needs any more.
func giveBack() { debug.FreeOSMemory() }

// giveBackLater does so beside everything else, one at a time.
func (c *Conn) giveBackLater() {
	if c.givingBack.CompareAndSwap(false, true) {
		c.work.Go(func() {
			defer c.givingBack.Store(false)
			giveBack()
		})
	}
}
