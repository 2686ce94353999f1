//go:build !unix

package guard

import "os"

// Main does nothing on this system, and does not return.
func Main() { os.Exit(0) }
