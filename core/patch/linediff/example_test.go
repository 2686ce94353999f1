package linediff_test

import (
	"fmt"

	"github.com/codex-go/codex/core/patch/linediff"
)

func ExampleUnified() {
	fmt.Print(linediff.Unified("one\ntwo\nthree\n", "one\n2\nthree\n", 1))
	// Output:
	// @@ -1,3 +1,3 @@
	//  one
	// -two
	// +2
	//  three
}
