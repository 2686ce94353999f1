package helper

import (
	"path/filepath"
	"sync/atomic"

	"github.com/codex-go/codex/core/sandbox/internal/guard"
)

// OptGuard, as the only argument, makes the program the guard of package guard
// in place of the helper.
const OptGuard = "--guard"

// OptKeeper, as the only argument, makes the program a keeper of package keeper in
// place of the helper, on Linux.
const OptKeeper = "--keeper"

// dispatched remembers that this program can act as the helper. One that
// cannot, and starts itself as such, would start itself again and again.
var dispatched atomic.Bool

// Dispatch makes the program act as the helper, the guard or a keeper, and
// ends it, if args, which begin with its name, say so.
func Dispatch(args []string) {
	dispatched.Store(true)
	if len(args) == 0 || filepath.Base(args[0]) != Name {
		return
	}
	if len(args) == 2 && args[1] == OptGuard {
		guard.Main()
	}
	Main(args)
}

// Dispatched reports whether Dispatch was called.
func Dispatched() bool { return dispatched.Load() }
