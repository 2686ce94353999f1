package keeper

import (
	"encoding/binary"
	"io"

	"golang.org/x/sys/unix"
)

// room is enough for most commands, in bytes.
const room = 32 << 10

// reader reads what a server says. The zero value is ready.
type reader struct {
	buf  []byte
	left []byte // of buf, what was read and not taken
	fds  []int  // that have come and were not taken
}

// head takes the head of a message.
func (r *reader) head() (kind, uint32, error) {
	b, err := r.next(headSize)
	if err != nil {
		return 0, 0, err
	}
	return kind(b[0]), binary.BigEndian.Uint32(b[1:]), nil
}

// next takes n bytes, which are valid until the next call. The error is [io.EOF]
// at the end.
func (r *reader) next(n int) ([]byte, error) {
	if len(r.left) < n {
		have := copy(r.grown(n), r.left)
		for have < n {
			more, err := r.receive(r.buf[have:])
			if err != nil {
				return nil, err
			}
			have += more
		}
		r.left = r.buf[:have]
	}
	b := r.left[:n]
	r.left = r.left[n:]
	return b, nil
}

// grown makes buf long enough for n bytes. What is left stays where it is.
func (r *reader) grown(n int) []byte {
	if len(r.buf) < n {
		r.buf = make([]byte, max(n, room))
	}
	return r.buf
}

// files takes the files that have come.
func (r *reader) files() []int {
	fds := r.fds
	r.fds = nil
	return fds
}

// receive reads something, and the files that come with it.
func (r *reader) receive(b []byte) (int, error) {
	oob := make([]byte, unix.CmsgSpace(4*maxFiles))
	for {
		n, oobn, _, _, err := unix.Recvmsg(socket, b, oob, unix.MSG_CMSG_CLOEXEC)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		}
		messages, err := unix.ParseSocketControlMessage(oob[:oobn])
		if err != nil {
			return 0, err
		}
		for i := range messages {
			fds, err := unix.ParseUnixRights(&messages[i])
			if err != nil {
				return 0, err
			}
			r.fds = append(r.fds, fds...)
		}
		return n, nil
	}
}
