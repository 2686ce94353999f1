package sse

import (
	"bytes"
	"errors"
	"io"
)

// ErrTooLarge says that an event is larger than the reader allows.
var ErrTooLarge = errors.New("event is too large")

const (
	startSize = 32 << 10 // of the buffer
	// keepSize is the largest buffer that is kept after a large event.
	keepSize = 1 << 20
	// maxEmptyReads in a row without data or error are one too many.
	maxEmptyReads = 100
	// strayBytes is how much of a line is kept that does not belong here.
	strayBytes = 4 << 10
)

var (
	byteOrderMark = []byte("\xef\xbb\xbf")
	dataField     = []byte("data")
)

// Reader reads events from a stream.
type Reader struct {
	src io.Reader
	max int

	// buf[next:end] has been read from src and not been looked at, but for the
	// bytes before scanned, which hold no line end.
	buf                []byte
	next, scanned, end int
	srcErr             error

	skipLF   bool // the last line ended in CR; an LF that follows belongs to it
	started  bool // the first line was seen
	joined   []byte
	oversize bool
	stray    string
}

// NewReader returns a reader of src. Events with more than maxEvent bytes of
// data, and lines longer than that, end it with [ErrTooLarge].
func NewReader(src io.Reader, maxEvent int) *Reader {
	return &Reader{src: src, max: maxEvent}
}

// Next returns the data of the next event, with its lines joined by LF. Events
// without data are passed over. The slice is valid until the next call. At the
// end of the stream, what came of the last event is returned even though no
// blank line ended it; then comes io.EOF. Any other error of the source ends
// the reader at once. Errors are returned again by later calls.
func (r *Reader) Next() ([]byte, error) {
	if r.oversize {
		return nil, ErrTooLarge
	}
	var data []byte // of the only data line, within buf
	var have, copied bool
	for {
		line, ok := r.bufferedLine()
		if !ok {
			if have && !copied {
				// Reading on may move the buffer.
				r.joined, copied = append(r.joined[:0], data...), true
			}
			var err error
			line, err = r.readLine()
			if err != nil {
				if err == io.EOF && have && len(r.joined) > 0 {
					return r.joined, nil
				}
				return nil, err
			}
		}
		if len(line) == 0 {
			switch {
			case copied && len(r.joined) > 0:
				return r.joined, nil
			case have && !copied && len(data) > 0:
				return data, nil
			}
			have, copied = false, false
			continue
		}
		value, isData := dataValue(line)
		if !isData {
			if r.stray == "" && !isField(line) {
				r.stray = string(line[:min(len(line), strayBytes)])
			}
			continue
		}
		switch {
		case len(value) > r.max:
			return nil, r.tooLarge()
		case !have:
			data, have = value, true
			continue
		case !copied:
			r.joined, copied = append(r.joined[:0], data...), true
		}
		if len(r.joined)+len(value) >= r.max {
			return nil, r.tooLarge()
		}
		r.joined = append(append(r.joined, '\n'), value...)
	}
}

// Stray returns the beginning of the first line that is neither a field nor a
// comment, or "": what does not come from an event stream at all has one.
func (r *Reader) Stray() string { return r.stray }

// isField reports whether a line without data is something that an event
// stream may hold.
func isField(line []byte) bool {
	name, _, _ := bytes.Cut(line, []byte(":"))
	switch string(name) {
	case "", "event", "id", "retry":
		return true
	}
	return false
}

func (r *Reader) tooLarge() error {
	r.oversize = true
	return ErrTooLarge
}

// dataValue returns the value of a data line.
func dataValue(line []byte) (value []byte, ok bool) {
	rest, ok := bytes.CutPrefix(line, dataField)
	if !ok {
		return nil, false
	}
	if len(rest) == 0 {
		return rest, true
	}
	if rest[0] != ':' {
		return nil, false
	}
	rest = rest[1:]
	if len(rest) > 0 && rest[0] == ' ' {
		rest = rest[1:]
	}
	return rest, true
}

// bufferedLine takes the next line from the buffer, without its end.
func (r *Reader) bufferedLine() (line []byte, ok bool) {
	if r.skipLF && r.next < r.end {
		if r.buf[r.next] == '\n' {
			r.next++
		}
		r.skipLF = false
	}
	from := max(r.scanned, r.next)
	rest := r.buf[from:r.end]
	lf := bytes.IndexByte(rest, '\n')
	if lf >= 0 {
		rest = rest[:lf]
	}
	stop, after := from+lf, from+lf+1
	if cr := bytes.IndexByte(rest, '\r'); cr >= 0 {
		stop, after = from+cr, from+cr+1
		switch {
		case after == r.end:
			r.skipLF = true
		case r.buf[after] == '\n':
			after++
		}
	} else if lf < 0 {
		r.scanned = r.end
		return nil, false
	}
	line = r.buf[r.next:stop]
	r.next, r.scanned = after, after
	return r.first(line), true
}

// first removes the byte order mark from the first line.
func (r *Reader) first(line []byte) []byte {
	if !r.started {
		r.started = true
		return bytes.TrimPrefix(line, byteOrderMark)
	}
	return line
}

// readLine reads from the source until there is a line. The last line of the
// source needs no end.
func (r *Reader) readLine() ([]byte, error) {
	for {
		if err := r.fill(); err != nil {
			if err == io.EOF && r.next < r.end {
				line := r.buf[r.next:r.end]
				r.next, r.scanned = r.end, r.end
				return r.first(line), nil
			}
			return nil, err
		}
		if line, ok := r.bufferedLine(); ok {
			return line, nil
		}
	}
}

// fill reads more into the buffer, which it may move.
func (r *Reader) fill() error {
	if r.srcErr != nil {
		return r.srcErr
	}
	pending := r.end - r.next
	if pending > r.max {
		return r.tooLarge()
	}
	switch {
	case r.buf == nil:
		r.buf = make([]byte, startSize)
	case pending == len(r.buf):
		grown := make([]byte, 2*len(r.buf))
		copy(grown, r.buf[r.next:r.end])
		r.buf = grown
		r.move(pending)
	case len(r.buf) > keepSize && pending < startSize:
		smaller := make([]byte, startSize)
		copy(smaller, r.buf[r.next:r.end])
		r.buf = smaller
		r.move(pending)
	case r.next > 0 && (pending == 0 || len(r.buf)-r.end < len(r.buf)/2):
		copy(r.buf, r.buf[r.next:r.end])
		r.move(pending)
	}
	for range maxEmptyReads {
		n, err := r.src.Read(r.buf[r.end:])
		r.end += n
		r.srcErr = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	r.srcErr = io.ErrNoProgress
	return r.srcErr
}

// move records that the pending bytes now stand at the start of the buffer.
func (r *Reader) move(pending int) {
	r.scanned = max(r.scanned-r.next, 0)
	r.next, r.end = 0, pending
}
