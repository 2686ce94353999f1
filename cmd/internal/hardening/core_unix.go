//go:build unix

package hardening

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// noCore sets both the limit and the most that it can be raised to.
func noCore() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("set the limit: %w", err)
	}
	return nil
}
