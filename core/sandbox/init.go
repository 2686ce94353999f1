package sandbox

import (
	"os"

	"github.com/codex-go/codex/core/sandbox/internal/helper"
)

// HelperName is the argv[0] that makes a program the sandbox helper.
//
// spec: exec-and-tools, helper invocation
const HelperName = helper.Name

// Init makes this program act as the sandbox helper, and ends it, if it was
// started under the name [HelperName]. Otherwise it returns at once. A program
// that confines commands without a helper of its own calls it first in main,
// before it looks at flags, starts goroutines or opens files.
//
// Importing package early for its side effect does the same before most of the
// program is initialized, so that commands start faster.
//
// spec: exec-and-tools, start-up
func Init() { helper.Dispatch(os.Args) }
