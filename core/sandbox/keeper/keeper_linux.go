package keeper

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Keeper is a keeper as its server sees it. It has one command at a time, whose
// methods are called in the order Start, Wait, Release; Close comes last.
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
		Dir: "/", Env: []string{}, Files: []*os.File{theirs, null, null}, Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		_ = ours.Close()
		return nil, fmt.Errorf("launch a keeper: %w", err)
	}
	return &Keeper{process: process, socket: ours}, nil
}

// Start starts a command with files as its descriptors from 0 on, and returns its
// process id, which stays that of the command until Release. lost tells that the
// keeper itself has failed; otherwise the error is that of starting a program.
func (k *Keeper) Start(c *Command, files []*os.File) (pid int, lost bool, err error) {
	fds := make([]int, len(files))
	for i, f := range files {
		fds[i] = int(f.Fd()) // which makes it block, as programs expect
	}
	if err := k.sendFiles(c.encode(), fds); err != nil {
		return 0, true, err
	}
	what, value, err := k.receive()
	switch {
	case err != nil:
		return 0, true, err
	case what == started:
		return int(value), false, nil
	case what == failed:
		return 0, false, &os.PathError{Op: "fork/exec", Path: c.Path, Err: syscall.Errno(value)}
	}
	return 0, true, errMalformed
}

// Wait waits until the command has ended. The error says that the keeper has, and
// its command with it.
func (k *Keeper) Wait() (syscall.WaitStatus, error) {
	what, value, err := k.receive()
	if err == nil && what != ended && what != alone {
		err = errMalformed
	}
	k.alone = what == alone
	return syscall.WaitStatus(value), err
}

// Release ends what is left of the command and waits for that.
func (k *Keeper) Release() error {
	if _, err := k.socket.Write(head(release, 0)); err != nil || k.alone {
		return err
	}
	what, _, err := k.receive()
	if err == nil && what != free {
		err = errMalformed
	}
	return err
}

// Close ends the keeper, and its command if it has one, and waits for that.
func (k *Keeper) Close() {
	_ = k.socket.Close()
	_, _ = k.process.Wait()
}

// sendFiles writes b and has descriptors go with it.
func (k *Keeper) sendFiles(b []byte, fds []int) error {
	conn, err := k.socket.SyscallConn()
	if err != nil {
		return err
	}
	rights := unix.UnixRights(fds...)
	var n int
	var sendErr error
	err = conn.Write(func(socket uintptr) bool {
		for {
			n, sendErr = unix.SendmsgN(int(socket), b, rights, nil, unix.MSG_NOSIGNAL)
			if sendErr != unix.EINTR {
				return sendErr != unix.EAGAIN
			}
		}
	})
	if err = errors.Join(err, sendErr); err != nil {
		return err
	}
	if n < len(b) {
		_, err = k.socket.Write(b[n:])
	}
	return err
}

// receive reads a message.
func (k *Keeper) receive() (kind, uint32, error) {
	var b [headSize]byte
	if _, err := io.ReadFull(k.socket, b[:]); err != nil {
		return 0, 0, fmt.Errorf("the keeper has ended: %w", err)
	}
	return kind(b[0]), binary.BigEndian.Uint32(b[1:]), nil
}
