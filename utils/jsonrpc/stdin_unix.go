//go:build unix

package jsonrpc

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// InterruptibleReader returns a reader of f whose Close releases a Read in
// progress, which [os.File] cannot do for files such as standard input that are
// in blocking mode. The mode stays as it is: it is shared with other processes.
// After Close, f is closed too once no Read is in progress. Where the system
// offers no way, f itself is returned.
func InterruptibleReader(f *os.File) io.ReadCloser {
	raw, err := f.SyscallConn()
	if err != nil {
		return f
	}
	r := &pollReader{f: f}
	// Fd would change the mode.
	if err := raw.Control(func(fd uintptr) { r.fd = int32(fd) }); err != nil {
		return f
	}
	if r.wakeR, r.wakeW, err = os.Pipe(); err != nil {
		return f
	}
	return r
}

// pollReader waits for its file and for a pipe that tells it to stop.
type pollReader struct {
	f            *os.File
	fd           int32
	wakeR, wakeW *os.File

	reading   sync.Mutex // held by Read
	closed    bool       // guarded by reading
	closeOnce sync.Once
	closeErr  error
}

func (r *pollReader) Read(p []byte) (int, error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	if r.closed {
		return 0, os.ErrClosed
	}
	fds := []unix.PollFd{
		{Fd: r.fd, Events: unix.POLLIN},
		{Fd: int32(r.wakeR.Fd()), Events: unix.POLLIN},
	}
	for {
		_, err := unix.Poll(fds, -1)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return 0, fmt.Errorf("wait for input: %w", err)
		case fds[1].Revents != 0:
			return 0, os.ErrClosed
		}
		return r.f.Read(p)
	}
}

func (r *pollReader) Close() error {
	r.closeOnce.Do(func() {
		r.closeErr = r.wakeW.Close() // the pipe's other end becomes readable
		r.reading.Lock()
		defer r.reading.Unlock()
		r.closed = true
		r.closeErr = errors.Join(r.closeErr, r.wakeR.Close(), r.f.Close())
	})
	return r.closeErr
}
