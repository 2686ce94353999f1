//go:build !linux

package exec

import "os"

// newPipe opens a pipe: near is the end for this process, far that for a child,
// which writes or else reads.
func newPipe(childWrites bool) (near, far *os.File, err error) {
	r, w, err := os.Pipe()
	if childWrites {
		return r, w, err
	}
	return w, r, err
}

// openNull opens the null device for a child.
func openNull() (*os.File, error) { return os.OpenFile(os.DevNull, os.O_RDWR, 0) }
