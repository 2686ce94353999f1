package jsonrpc

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

const (
	// DefaultMaxLine is the length in bytes up to which lines are read unless
	// [LineOptions] says otherwise: 64 MiB.
	DefaultMaxLine = 64 << 20

	oversizePrefix = 64 << 10 // bytes kept of a line that is too long
	readSize       = 64 << 10 // bytes asked for in one read
	copySize       = 64 << 10 // bytes written at once of a streamed message
	maxEmptyReads  = 100      // reads in a row that may yield nothing
)

// LineOptions are the settings of [NewLineTransport].
type LineOptions struct {
	// MaxLine is the length in bytes, without the line feed and blanks in front,
	// up to which lines are read. Longer ones are skipped. 0 means [DefaultMaxLine].
	MaxLine int
}

// NewLineTransport returns a transport over two byte streams that carries one
// JSON value a line. White space around a message is tolerated, "\r\n" too;
// empty lines are passed over; a last line need not end in a line feed. A line
// that is too long costs memory up to the limit while it is read, and none
// after. opts may be nil. (spec: app-server, streams)
//
// The transport owns r and w: Close closes those that are [io.Closer]s, which
// must release a Read or Write in progress. See [InterruptibleReader] for
// standard input.
func NewLineTransport(r io.Reader, w io.Writer, opts *LineOptions) Transport {
	t := &lineTransport{r: r, w: w, maxLine: DefaultMaxLine}
	if opts != nil && opts.MaxLine > 0 {
		t.maxLine = opts.MaxLine
	}
	return t
}

type lineTransport struct {
	r       io.Reader
	w       io.Writer
	maxLine int

	// Used by ReadMessage alone: rest is what was read and not yet returned, a
	// part of buf; readErr is how reading ended.
	buf, rest []byte
	readErr   error

	closeOnce sync.Once
	closeErr  error
}

const blanks = " \t\r"

func (t *lineTransport) ReadMessage() ([]byte, error) {
	for {
		line, err := t.readLine()
		if err != nil {
			return nil, err
		}
		if line = bytes.Trim(line, blanks); len(line) > 0 {
			return line, nil
		}
	}
}

// readLine returns the next line without its line feed, in memory of its own.
func (t *lineTransport) readLine() ([]byte, error) {
	var begun gather // a line that does not end in rest
	for {
		part, whole := t.next()
		if begun.size == 0 {
			// Blanks in front do not count, so that an empty line costs no memory,
			// however long it is and in whatever pieces it comes.
			part = bytes.TrimLeft(part, blanks)
		}
		switch {
		case begun.size+len(part) > t.maxLine:
			return nil, t.skip(&begun, part, whole)
		case len(part) > 0:
			begun.add(part)
		}
		switch {
		case whole && begun.size > 0:
			return begun.line(), nil
		case whole:
			continue
		case t.readErr != nil && begun.size > 0:
			return begun.line(), nil
		case t.readErr != nil:
			return nil, t.readErr
		}
		t.fill()
	}
}

// next takes from rest up to the next line feed, and reports whether there was
// one.
func (t *lineTransport) next() (part []byte, whole bool) {
	if i := bytes.IndexByte(t.rest, '\n'); i >= 0 {
		part, t.rest = t.rest[:i], t.rest[i+1:]
		return part, true
	}
	part, t.rest = t.rest, nil
	return part, false
}

// fill reads once. rest must be empty.
func (t *lineTransport) fill() {
	if t.buf == nil {
		t.buf = make([]byte, readSize)
	}
	for range maxEmptyReads {
		n, err := t.r.Read(t.buf)
		t.rest, t.readErr = t.buf[:n], err
		if n > 0 || err != nil {
			return
		}
	}
	t.readErr = io.ErrNoProgress
}

// skip reads on to the end of a line that is too long and keeps only its
// beginning.
func (t *lineTransport) skip(begun *gather, part []byte, whole bool) error {
	e := &OversizeError{Limit: t.maxLine}
	add := func(p []byte) {
		e.Size += int64(len(p))
		e.Prefix = append(e.Prefix, p[:min(len(p), oversizePrefix-len(e.Prefix))]...)
	}
	for _, chunk := range begun.chunks {
		add(chunk)
	}
	add(part)
	*begun = gather{}
	if e.Size >= largeMessage {
		giveBack()
	}
	for !whole && t.readErr == nil {
		t.fill()
		part, whole = t.next()
		add(part)
	}
	return e
}

func (t *lineTransport) WriteBatch(batch []byte) error {
	_, err := t.w.Write(batch)
	return err
}

func (t *lineTransport) WriteStream(message io.Reader) error {
	// The wrappers keep io.CopyBuffer from bypassing the buffer: a ReadFrom or
	// WriteTo may use memory as it likes.
	_, err := io.CopyBuffer(struct{ io.Writer }{t.w}, struct{ io.Reader }{message}, make([]byte, copySize))
	if err != nil {
		return err
	}
	_, err = t.w.Write([]byte{'\n'})
	return err
}

func (t *lineTransport) Close() error {
	t.closeOnce.Do(func() {
		var errs []error
		for _, end := range []any{t.w, t.r} {
			if c, ok := end.(io.Closer); ok {
				errs = append(errs, c.Close())
			}
		}
		t.closeErr = errors.Join(errs...)
	})
	return t.closeErr
}
