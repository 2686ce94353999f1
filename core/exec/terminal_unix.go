//go:build unix

package exec

import (
	"errors"
	"os"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// TerminalsSupported tells whether [Runner.StartTerminal] works on this system.
const TerminalsSupported = true

// openTerminal opens a new terminal: master is the end of this process, which
// does not block a thread and has deadlines, and slave that of the child.
func openTerminal() (master, slave *os.File, err error) {
	master, slave, err = pty.Open()
	if errors.Is(err, pty.ErrUnsupported) {
		err = ErrUnsupported
	}
	if err != nil {
		return nil, nil, err
	}
	size := pty.Winsize{Rows: TerminalRows, Cols: TerminalCols}
	if err = pty.Setsize(slave, &size); err == nil {
		master, err = pollable(master)
	}
	if err != nil {
		closeAll(master, slave)
		return nil, nil, err
	}
	return master, slave, nil
}

// pollable returns f as a file that the runtime waits for, and closes f. Opening
// a terminal has made it one that blocks.
func pollable(f *os.File) (*os.File, error) {
	defer f.Close()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}
