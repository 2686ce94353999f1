package keeper

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/proctree"
)

// ErrLost means that a keeper has ended, or does not answer, before it has started
// a command. Another one can do that.
var ErrLost = errors.New("the keeper has ended")

// ErrUncertain means that a keeper has ended, or does not answer, when it was to
// start a command, which may have run.
var ErrUncertain = errors.New("the process that was to start the command has ended, and the command may have run")

// Patience with a keeper.
const (
	// wakeTime is how long a keeper may take to do its part before it is woken up:
	// a command may have stopped it.
	wakeTime = time.Second
	// answerTime is how long it may take before it is given up. It kills for half
	// of that.
	answerTime = 10 * time.Second
	// noLimit is for how long a command may run.
	noLimit = 0
)

// Keeper is a keeper as its server sees it. It has one command at a time, whose
// methods are called in the order Start, Wait, Release; Close comes last. Wake and
// Kill may be called at any time.
type Keeper struct {
	process *os.Process
	socket  *os.File
	// alone tells that the command has left nobody.
	alone bool
}

// Launch starts a keeper: a program that calls [Main], given by its file and its
// arguments, name first. It need not be ready when Launch returns.
func Launch(path string, argv []string) (*Keeper, error) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("launch a keeper: %w", os.NewSyscallError("socketpair", err))
	}
	theirs := os.NewFile(uintptr(ends[1]), "keeper")
	defer theirs.Close()
	_ = unix.SetNonblock(ends[0], true) // it has a poller then, and else a thread
	ours := os.NewFile(uintptr(ends[0]), "keeper")
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		_ = ours.Close()
		return nil, fmt.Errorf("launch a keeper: %w", err)
	}
	defer null.Close()
	process, err := os.StartProcess(path, argv, &os.ProcAttr{
		Dir: "/", Env: []string{}, Files: []*os.File{theirs, null, null}, Sys: &syscall.SysProcAttr{
			Setsid: true,
			// It ends when its socket does, unless somebody has stopped it.
			Pdeathsig: syscall.SIGCONT,
		},
	})
	if err != nil {
		_ = ours.Close()
		return nil, fmt.Errorf("launch a keeper: %w", err)
	}
	return &Keeper{process: process, socket: ours}, nil
}

// Start starts a command with files as its descriptors from 0 on, and returns its
// process id, which stays that of the command until Release. The error matches
// [ErrLost] or [ErrUncertain] when the keeper has failed; otherwise it is that of
// starting a program.
func (k *Keeper) Start(c *Command, files []*os.File) (pid int, err error) {
	fds := make([]int, len(files))
	for i, f := range files {
		fds[i] = int(f.Fd()) // which makes it block, as programs expect
	}
	if err := k.sendFiles(c.encode(), fds); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrLost, err)
	}
	what, value, err := k.read(answerTime)
	switch {
	case errors.Is(err, unix.ECONNRESET): // it has not read everything
		return 0, fmt.Errorf("%w: %w", ErrLost, err)
	case err == nil && what == started:
		return int(value), nil
	case err == nil && what == failed:
		return 0, &os.PathError{Op: "fork/exec", Path: c.Path, Err: syscall.Errno(value)}
	}
	return 0, ErrUncertain
}

// Wait waits until the command has ended. The error says that the keeper has, and
// its command with it.
func (k *Keeper) Wait() (syscall.WaitStatus, error) {
	what, value, err := k.read(noLimit)
	if err == nil && what != ended && what != alone {
		err = errMalformed
	}
	k.alone = what == alone
	return syscall.WaitStatus(value), err
}

// Release ends what is left of the command and waits for that.
func (k *Keeper) Release() error {
	if err := k.write(head(release, 0)); err != nil || k.alone {
		return err
	}
	what, _, err := k.read(answerTime)
	if err == nil && what != free {
		err = errMalformed
	}
	return err
}

// Close ends the keeper, and its command if it has one, and waits for that.
func (k *Keeper) Close() {
	_ = k.socket.Close()
	k.Wake()
	timer := time.AfterFunc(answerTime, k.Kill)
	_, _ = k.process.Wait()
	timer.Stop()
}

// Wake has the keeper go on if a command has stopped it.
func (k *Keeper) Wake() { _ = k.process.Signal(unix.SIGCONT) }

// killRounds limits how often Kill looks for what is below the keeper.
const killRounds = 8

// Kill ends the keeper and everything below it by force, for when it does not do
// that itself. Close is still to be called.
func (k *Keeper) Kill() {
	var before []int
	for range killRounds {
		// Stopped, it keeps the ids of those that have lost their parents.
		if k.process.Signal(unix.SIGSTOP) != nil {
			return
		}
		found, err := proctree.Descendants(k.process.Pid)
		slices.Sort(found)
		if err != nil || slices.Equal(found, before) {
			break
		}
		for _, id := range found {
			_ = unix.Kill(id, unix.SIGKILL)
		}
		before = found
	}
	_ = k.process.Kill()
}

// patiently does what the keeper has to take part in. It wakes the keeper up when
// that takes long, again and again, and gives up at the limit.
func (k *Keeper) patiently(limit time.Duration, do func() error) error {
	began := time.Now()
	for {
		_ = k.socket.SetDeadline(time.Now().Add(wakeTime))
		err := do()
		if !errors.Is(err, os.ErrDeadlineExceeded) || limit != noLimit && time.Since(began) > limit {
			_ = k.socket.SetDeadline(time.Time{})
			return err
		}
		k.Wake()
	}
}

// write writes all of b.
func (k *Keeper) write(b []byte) error {
	return k.patiently(answerTime, func() error {
		n, err := k.socket.Write(b)
		b = b[n:]
		return err
	})
}

// read reads a message that comes within limit.
func (k *Keeper) read(limit time.Duration) (what kind, value uint32, err error) {
	m := message{}
	err = k.patiently(limit, func() error { return m.read(k.socket) })
	what, value = m.parts()
	return what, value, err
}

// sendFiles writes b and has descriptors go with it.
func (k *Keeper) sendFiles(b []byte, fds []int) error {
	conn, err := k.socket.SyscallConn()
	if err != nil {
		return err
	}
	rights := unix.UnixRights(fds...)
	var n int
	err = k.patiently(answerTime, func() error {
		var sendErr error
		err := conn.Write(func(socket uintptr) bool {
			for {
				n, sendErr = unix.SendmsgN(int(socket), b, rights, nil, unix.MSG_NOSIGNAL)
				if sendErr != unix.EINTR {
					return sendErr != unix.EAGAIN
				}
			}
		})
		if err != nil {
			return err
		}
		return sendErr
	})
	if err != nil {
		return err
	}
	if n == len(b) {
		return nil
	}
	return k.write(b[n:])
}

// message is a message without what follows it, as far as it has been read.
type message struct {
	b    [headSize]byte
	have int
}

// read reads what is missing.
func (m *message) read(r io.Reader) error {
	n, err := io.ReadFull(r, m.b[m.have:])
	m.have += n
	if err != nil {
		return fmt.Errorf("read from the keeper: %w", err)
	}
	return nil
}

func (m *message) parts() (kind, uint32) { return kind(m.b[0]), binary.BigEndian.Uint32(m.b[1:]) }
