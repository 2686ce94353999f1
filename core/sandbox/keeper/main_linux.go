package keeper

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/sandbox/internal/reap"
)

// grace is how long processes that were asked to end may take after the death of
// the server.
const grace = 500 * time.Millisecond

// socket is the descriptor that leads to the server.
const socket = 0

// Main is the keeper. It talks over standard input until that ends, ends what is
// below it then, and does not return.
func Main() {
	// A command ends with the thread that has started it.
	runtime.LockOSThread()
	// Signals that are meant for the server do not end the keeper before. They
	// are not ignored, which commands would inherit.
	for _, sig := range []os.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGTERM, unix.SIGQUIT} {
		if !signal.Ignored(sig) {
			signal.Notify(make(chan os.Signal, 1), sig)
		}
	}
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	_ = os.Chdir("/") // so that it holds no file system
	unix.CloseOnExec(socket)
	var k keeper
	// This thread has the commands for children, and if it is the first one, as it
	// is unless the program was slow to call Main, the orphans too.
	if unix.Gettid() == os.Getpid() {
		k.below, _ = os.Open("/proc/thread-self/children")
	}
	err := reap.Adopt()
	for err == nil {
		err = k.next()
	}
	reap.Ask(grace)
	reap.Kill()
	if errors.Is(err, io.EOF) {
		unix.Exit(0)
	}
	unix.Exit(1)
}

// Pauses between two looks for processes that have ended: orphans when a
// descriptor shows the end of the command, and that as well where the kernel has
// no such descriptors.
const (
	orphanPause  = time.Second
	commandPause = 5 * time.Millisecond
)

// keeper is the state of the process. It has one thread, and no other to wake up
// for a command.
type keeper struct {
	in reader
	// command is the process id of the command, 0 for none, and pidfd a descriptor
	// for it, -1 for none. ended tells that it has ended, and the server knows.
	command int
	pidfd   int
	ended   bool
	// alone tells, when the command has ended, that it has left nobody, which the
	// server knows as well.
	alone bool
	// below lists the children of this process; nil where the kernel does not.
	below *os.File
}

// next reads a message and does what it says. The error is [io.EOF] when the
// server has ended.
func (k *keeper) next() error {
	for k.command != 0 && !k.ended && len(k.in.left) == 0 {
		spoken := k.poll()
		if status, ended := reap.Look(k.command); ended {
			k.tell(status)
		}
		if spoken {
			break
		}
	}
	what, value, err := k.in.head()
	switch {
	case err != nil:
		return err
	case what == start:
		return k.start(int(value))
	case what == release:
		return k.release()
	}
	return errMalformed
}

// start starts a command whose encoding has a size.
func (k *keeper) start(size int) error {
	text, err := k.in.next(size)
	if err != nil {
		return err
	}
	c, err := decode(text)
	if err != nil || k.command != 0 {
		return errMalformed
	}
	k.pidfd = -1
	attr := &syscall.ProcAttr{Dir: c.Dir, Env: c.Env, Sys: &syscall.SysProcAttr{
		Setsid: true, Pdeathsig: syscall.SIGTERM, Setctty: c.Terminal, PidFD: &k.pidfd,
	}}
	fds := k.in.files()
	for _, fd := range fds {
		attr.Files = append(attr.Files, uintptr(fd))
	}
	pid, err := syscall.ForkExec(c.Path, c.Argv, attr)
	for _, fd := range fds {
		_ = unix.Close(fd)
	}
	if err != nil {
		k.closePidfd()
		errno := unix.EIO
		_ = errors.As(err, &errno)
		return k.send(failed, uint32(errno))
	}
	k.command, k.ended = pid, false
	return k.send(started, uint32(pid))
}

// poll waits until the server speaks or has ended, which it reports, until the
// command has ended, or for a while.
func (k *keeper) poll() (spoken bool) {
	fds := []unix.PollFd{{Fd: socket, Events: unix.POLLIN}, {Fd: int32(k.pidfd), Events: unix.POLLIN}}
	pause := orphanPause
	if k.pidfd < 0 {
		fds, pause = fds[:1], commandPause
	}
	_, err := unix.Poll(fds, int(pause.Milliseconds()))
	return err == nil && fds[0].Revents != 0
}

// tell tells that the command has ended. It keeps its id.
func (k *keeper) tell(status unix.WaitStatus) {
	k.closePidfd()
	what := ended
	if k.alone = k.isAlone(k.command); k.alone {
		what = alone
	}
	k.ended = true
	_ = k.send(what, uint32(status)) // the server may be gone, which next notices
}

func (k *keeper) closePidfd() {
	if k.pidfd >= 0 {
		_ = unix.Close(k.pidfd)
		k.pidfd = -1
	}
}

// isAlone reports whether a process is known to be the only one below this one.
func (k *keeper) isAlone(pid int) bool {
	if k.below == nil {
		return false
	}
	var list [64]byte
	n, err := unix.Pread(int(k.below.Fd()), list[:], 0) // all, if it is no more than that
	return err == nil && n < len(list) && string(bytes.TrimSpace(list[:n])) == strconv.Itoa(pid)
}

// release ends what is left of the command, and gives up its id.
func (k *keeper) release() error {
	if k.command == 0 {
		return errMalformed
	}
	if !k.ended {
		_ = unix.Kill(k.command, unix.SIGKILL)
		k.tell(reap.Collect(k.command))
	}
	k.command = 0
	reap.Kill()
	if k.alone {
		return nil
	}
	return k.send(free, 0)
}

func (k *keeper) send(what kind, value uint32) error {
	b := head(what, value)
	for {
		// Short, and alone in the socket: it is written at once.
		if _, err := unix.SendmsgN(socket, b, nil, nil, unix.MSG_NOSIGNAL); err != unix.EINTR {
			return err
		}
	}
}
