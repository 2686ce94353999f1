//go:build unix

package rollout

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock locks the whole of f, until f is closed, without waiting.
func tryLock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EWOULDBLOCK):
			return errLocked
		case !errors.Is(err, unix.EINTR):
			return err
		}
	}
}
