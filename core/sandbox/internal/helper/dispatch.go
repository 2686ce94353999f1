package helper

import (
	"path/filepath"
	"sync/atomic"
)

// dispatched remembers that this program can act as the helper. One that
// cannot, and starts itself as such, would start itself again and again.
var dispatched atomic.Bool

// Dispatch makes the program act as the helper, and ends it, if args, which
// begin with its name, say so.
func Dispatch(args []string) {
	dispatched.Store(true)
	if len(args) > 0 && filepath.Base(args[0]) == Name {
		Main(args)
	}
}

// Dispatched reports whether Dispatch was called.
func Dispatched() bool { return dispatched.Load() }
