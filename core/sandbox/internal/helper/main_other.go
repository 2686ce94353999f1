//go:build !linux

package helper

import (
	"fmt"
	"os"
)

// Main says that there is no helper on this system, and does not return.
func Main([]string) {
	fmt.Fprintf(os.Stderr, "%s: only Linux needs a sandbox helper\n", Name)
	os.Exit(exitFailed)
}
