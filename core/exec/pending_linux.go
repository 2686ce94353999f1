package exec

import (
	"os"

	"golang.org/x/sys/unix"
)

// pending reports whether a pipe holds bytes that were written and not read.
// Nil and closed files hold none.
func pending(f *os.File) bool {
	if f == nil {
		return false
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return false
	}
	n := 0
	err = conn.Control(func(fd uintptr) {
		if got, err := unix.IoctlGetInt(int(fd), unix.TIOCINQ); err == nil {
			n = got
		}
	})
	return err == nil && n > 0
}
