package exec

import (
	"os"

	"golang.org/x/sys/unix"
)

// newPipe opens a pipe: near is the end for this process, far that for a child,
// which writes or else reads. Only near has a poller: the other end is to block,
// as programs expect, and nobody here waits for it.
func newPipe(childWrites bool) (near, far *os.File, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, os.NewSyscallError("pipe2", err)
	}
	mine, other := fds[0], fds[1]
	if !childWrites {
		mine, other = other, mine
	}
	if err := unix.SetNonblock(mine, true); err != nil {
		_, _ = unix.Close(mine), unix.Close(other)
		return nil, nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(mine), "pipe"), os.NewFile(uintptr(other), "pipe"), nil
}

// openNull opens the null device for a child.
func openNull() (*os.File, error) {
	for {
		fd, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
		switch err {
		case nil:
			return os.NewFile(uintptr(fd), os.DevNull), nil
		case unix.EINTR:
		default:
			return nil, &os.PathError{Op: "open", Path: os.DevNull, Err: err}
		}
	}
}
