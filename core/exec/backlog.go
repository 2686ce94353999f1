package exec

import "sync"

// backlog is the output of a terminal that nobody has taken yet.
type backlog struct {
	mu      sync.Mutex
	capture *capture
}

func newBacklog(limit int) *backlog { return &backlog{capture: newCapture(limit)} }

// write takes a copy of p. It does not wait for anybody.
func (b *backlog) write(p []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.capture.write(p)
}

// take returns what was written since it was called last.
func (b *backlog) take() Output {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.capture.output()
}
