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
		os.Exit(0)
	}
	os.Exit(1)
}

// keeper is the state of the process.
type keeper struct {
	in reader
	// command is the process id of the command, 0 for none, and collected is
	// closed when it has ended, and the server knows.
	command   int
	collected chan struct{}
	// alone tells, when collected is closed, that the command has left nobody,
	// which the server knows as well.
	alone bool
	// below lists the children of this process; nil where the kernel does not.
	below *os.File
}

// next reads a message and does what it says. The error is [io.EOF] when the
// server has ended.
func (k *keeper) next() error {
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
	attr := &syscall.ProcAttr{Dir: c.Dir, Env: c.Env, Sys: &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM, Setctty: c.Terminal}}
	fds := k.in.files()
	for _, fd := range fds {
		attr.Files = append(attr.Files, uintptr(fd))
	}
	pid, err := syscall.ForkExec(c.Path, c.Argv, attr)
	for _, fd := range fds {
		_ = unix.Close(fd)
	}
	if err != nil {
		errno := unix.EIO
		_ = errors.As(err, &errno)
		return k.send(failed, uint32(errno))
	}
	k.command, k.collected = pid, make(chan struct{})
	if err := k.send(started, uint32(pid)); err != nil {
		return err
	}
	go k.collect(pid)
	return nil
}

// collect waits for the end of the command, which keeps its id, and tells of it.
// It owns alone until it closes collected.
func (k *keeper) collect(pid int) {
	defer close(k.collected)
	status := reap.Collect(pid)
	what := ended
	if k.alone = k.isAlone(pid); k.alone {
		what = alone
	}
	_ = k.send(what, uint32(status)) // the server may be gone, which next notices
}

// isAlone reports whether a process is known to be the only one below this one.
func (k *keeper) isAlone(pid int) bool {
	if k.below == nil {
		return false
	}
	var list [64]byte
	n, err := k.below.ReadAt(list[:], 0)
	return err == io.EOF && string(bytes.TrimSpace(list[:n])) == strconv.Itoa(pid)
}

// release ends what is left of the command, and gives up its id.
func (k *keeper) release() error {
	if k.command == 0 {
		return errMalformed
	}
	select {
	case <-k.collected:
	default:
		_ = unix.Kill(k.command, unix.SIGKILL)
		<-k.collected
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
