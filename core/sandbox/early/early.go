// Package early makes the program that imports it act as the sandbox helper
// when it is started under the helper's name, as sandbox.Init does, but while
// the program is being initialized:
//
//	import _ "github.com/codex-go/codex/core/sandbox/early"
//
// Go initializes packages in the order of their paths, as far as their imports
// allow. This one and what it imports come before net/http and the packages of
// the agent, so that the helper does not pay for those: a confined command
// starts one to two milliseconds sooner.
package early

import (
	"os"

	"github.com/codex-go/codex/core/sandbox/internal/helper"
)

func init() { helper.Dispatch(os.Args) }
