package jsonrpc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// DefaultSpoolThreshold is the length in bytes from which a [Stream] goes to a
// temporary file unless [Options] says otherwise: 1 MiB.
const DefaultSpoolThreshold = 1 << 20

// Stream is a value that is written piece by piece: a result, or the params of a
// notification, that may be too large for memory. A handler returns it, or it is
// given to [Request.Reply], [Responder.Reply] or [Conn.Notify]. It writes exactly
// one JSON value to w, which is buffered.
//
// The function runs on the goroutine of the sender, before the message is queued,
// and holds nothing of the connection meanwhile: while it computes, everything
// else is sent. What it writes is kept in memory up to
// [Options.SpoolThreshold], and beyond that in a temporary file that has no name
// and no access for others. When it has succeeded, the whole message enters the
// queue; the writer copies a file in small pieces. So memory stays bounded, a
// failure of the function at any point makes an error reply, or no notification,
// instead of a torn line, and the message's place among the others is that of its
// end. While the message is on its way nothing else can be, since the peer gets
// one line at a time: messages behind it wait in the queue, which a slow peer
// fills. If the file cannot be read back, the line on its way is torn and the
// connection ends with an [ErrBrokenPipe].
type Stream func(w io.Writer) error

// encodeReply encodes the reply to a request into s, or into a spool that it
// returns: of failure if it is not nil, else of the result, and of an error
// instead if the result cannot be had. That error is reported.
func (c *Conn) encodeReply(s *scratch, r *Responder, result any, failure error) (sp *spool, reported error) {
	if failure == nil {
		if stream, ok := result.(Stream); ok {
			s.resultHead(r.id)
			sp, failure = c.runStream(s, r.method, stream)
			reported = failure
		} else if err := s.result(r.id, result); err != nil {
			failure = Errorf(CodeInternalError, "result cannot be encoded")
			reported = err
		}
		if failure == nil {
			return sp, nil
		}
		reported = fmt.Errorf("reply to %s: %w", r.method, reported)
		if errors.Is(reported, ErrEncode) {
			c.unencodable(r.method, r.id, reported)
		}
		s.buf = s.buf[:0]
	}
	s.failure(r.id, asError(failure))
	return nil, reported
}

// encodeNotification encodes a notification into s, or into a spool that it
// returns.
func (c *Conn) encodeNotification(s *scratch, method string, params any) (*spool, error) {
	stream, ok := params.(Stream)
	if !ok {
		return nil, s.request(ID{}, method, params)
	}
	s.paramsHead(ID{}, method)
	return c.runStream(s, method, stream)
}

// runStream lets a stream write the last member of the message that s begins,
// into s, and on into a file when it grows beyond the threshold, and ends the
// message.
func (c *Conn) runStream(s *scratch, method string, stream Stream) (sp *spool, err error) {
	w := &spoolWriter{mem: s, limit: c.opts.SpoolThreshold, dir: c.opts.SpoolDir}
	defer func() {
		if p := recover(); p != nil {
			c.panicked(method, p)
			err = errPanicked
		}
		if err != nil && w.file != nil {
			w.file.close()
		}
	}()
	if err := stream(w); err != nil {
		return nil, err
	}
	if !w.any {
		return nil, fmt.Errorf("%w: %w", ErrEncode, errNoValue)
	}
	s.buf = append(s.buf, '}')
	if w.file == nil {
		s.buf = append(s.buf, '\n')
		return nil, nil
	}
	if err := w.spill(); err != nil {
		return nil, err
	}
	return w.file, nil
}

// spoolWriter gathers one message in memory and, beyond a limit, in a file. What
// it takes gets no line break: in JSON that can only be white space.
type spoolWriter struct {
	mem   *scratch
	limit int // of mem, in bytes
	dir   string
	file  *spool // nil as long as everything is in mem
	any   bool   // something was written that is not white space
	err   error  // of the file; sticks
}

func (w *spoolWriter) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	total := len(p)
	w.any = w.any || len(bytes.Trim(p, blanks+"\n")) > 0
	for len(p) > 0 {
		part := p[:min(len(p), copySize)]
		p = p[len(part):]
		start := len(w.mem.buf)
		w.mem.buf = append(w.mem.buf, part...)
		for added := w.mem.buf[start:]; ; {
			i := bytes.IndexByte(added, '\n')
			if i < 0 {
				break
			}
			added[i] = ' '
			added = added[i+1:]
		}
		if len(w.mem.buf) >= w.limit {
			if err := w.spill(); err != nil {
				return 0, err
			}
		}
	}
	return total, nil
}

// spill moves what is in memory to the file.
func (w *spoolWriter) spill() error {
	if w.file == nil {
		if w.file, w.err = newSpool(w.dir); w.err != nil {
			return w.err
		}
	}
	if _, err := w.file.f.Write(w.mem.buf); err != nil {
		w.err = fmt.Errorf("write spool file: %w", err)
	}
	w.mem.buf = w.mem.buf[:0]
	return w.err
}

// spool is one message, without a line feed, in a temporary file. Its owner is
// the goroutine that writes it, then the queue, then the writer.
type spool struct {
	f     *os.File
	named bool // the file could not be unlinked while it is open
}

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, "jsonrpc-*.spool")
	if err != nil {
		return nil, fmt.Errorf("create spool file: %w", err)
	}
	// Where the system allows it the file loses its name at once, so that nothing
	// is left behind whatever happens to the process.
	return &spool{f: f, named: os.Remove(f.Name()) != nil}, nil
}

// rewind prepares the file for being read from its beginning.
func (s *spool) rewind() (io.Reader, error) {
	if _, err := s.f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewind spool file: %w", err)
	}
	return s.f, nil
}

// close frees the file. Errors do not matter: nothing of it is needed any more.
func (s *spool) close() {
	_ = s.f.Close()
	if s.named {
		_ = os.Remove(s.f.Name())
	}
}
