package demo

import (
	"io"
	"sync"
)

// output is where the demonstration is shown.
type output struct {
	w      io.Writer
	failed func(error) // told of the first error
	mu     sync.Mutex
	err    error
}

// Write writes to the output, until that fails.
func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(text)
	if err != nil {
		o.err = err
		o.failed(err)
	}
	return n, err
}

// failure returns the first error.
func (o *output) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}
