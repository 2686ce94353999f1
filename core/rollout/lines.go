package rollout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/codex-go/codex/mcptypes/wire"
)

// chunkBytes is how much of a file is read at once. Lines that fit are not
// copied.
const chunkBytes = 256 << 10

// lineReader splits a file into lines. It holds one line at a time.
type lineReader struct {
	r     io.Reader
	chunk int // how many bytes to read at once
	max   int // longest line
	// skim is asked once about each line that is longer than skimAt, by what
	// was read of it: false passes over the line without ever holding all of
	// it. nil wants every line.
	skim   func(prefix []byte) bool
	skimAt int
	// at is the file behind r, where there is one: a long line is looked
	// through there before memory is taken for it, so that it takes as much as
	// it is long, and one that is too long takes none.
	at io.ReaderAt

	buf        []byte // all that was read and not consumed lies in buf[start:end]
	start, end int
	offset     int64 // of buf[start] in the file
	eof        bool
	skimmed    bool // skim was asked about the line at start
	measured   bool // the line at start has all the room that it needs

	tooLong int // lines longer than max so far
}

// line is one line without its end. Its bytes are valid until the next one is
// read.
type line struct {
	data   []byte
	offset int64 // where it begins in the file
	ended  bool  // whether a line break followed
}

func newLineReader(r io.Reader, offset int64) *lineReader {
	return &lineReader{
		r: r, chunk: chunkBytes, max: MaxLineBytes, skimAt: chunkBytes,
		buf: make([]byte, chunkBytes), offset: offset,
	}
}

// next returns the next line that is not blank, io.EOF after the last.
func (l *lineReader) next() (line, error) {
	scanned := 0 // bytes after start that hold no line break
	for {
		if i := bytes.IndexByte(l.buf[l.start+scanned:l.end], '\n'); i >= 0 {
			found := l.take(scanned+i, 1)
			found.ended = true
			scanned = 0
			if len(found.data) > l.max {
				l.tooLong++
			} else if len(bytes.TrimSpace(found.data)) > 0 {
				return found, nil
			}
			continue
		}
		scanned = l.end - l.start
		if l.eof {
			last := l.take(scanned, 0)
			if len(last.data) > l.max {
				l.tooLong++
			} else if len(bytes.TrimSpace(last.data)) > 0 {
				return last, nil
			}
			return line{}, io.EOF
		}
		if l.unwanted(scanned) {
			if err := l.passOver(); err != nil {
				return line{}, err
			}
			scanned = 0
			continue
		}
		if fits, err := l.measure(scanned); err != nil {
			return line{}, err
		} else if !fits {
			l.tooLong++
			if err := l.passOver(); err != nil {
				return line{}, err
			}
			scanned = 0
			continue
		}
		if err := l.fill(); err != nil {
			return line{}, err
		}
	}
}

// take consumes n bytes as a line and the break behind it.
func (l *lineReader) take(n, brk int) line {
	found := line{data: l.buf[l.start : l.start+n : l.start+n], offset: l.offset}
	l.start += n + brk
	l.offset += int64(n + brk)
	l.skimmed, l.measured = false, false
	return found
}

// unwanted reports whether the line that begins at start and goes on beyond
// the n bytes that were read should be passed over.
func (l *lineReader) unwanted(n int) bool {
	if n > l.max {
		l.tooLong++
		return true
	}
	if n <= l.skimAt || l.skimmed || l.skim == nil {
		return false
	}
	l.skimmed = true
	return !l.skim(l.buf[l.start : l.start+n])
}

// measuredChunks is how many chunks of a line are read before it is measured:
// shorter lines are read once.
const measuredChunks = 4

// measure makes room for the line that begins at start, of which n bytes were
// read. fits is false when it is longer than allowed.
func (l *lineReader) measure(n int) (fits bool, err error) {
	if l.at == nil || l.measured || n < measuredChunks*l.chunk {
		return true, nil
	}
	l.measured = true
	probe := make([]byte, l.chunk)
	length := n
	for ended := false; !ended; {
		got, err := l.at.ReadAt(probe, l.offset+int64(length))
		i := bytes.IndexByte(probe[:got], '\n')
		switch {
		case i >= 0:
			length, ended = length+i, true
		case errors.Is(err, io.EOF):
			length, ended = length+got, true
		case err != nil:
			return false, err
		default:
			length += got
		}
		if length > l.max {
			return false, nil
		}
	}
	if room := length + 1; room > len(l.buf) {
		exact := make([]byte, room+l.chunk)
		copy(exact, l.buf[l.start:l.end])
		l.buf, l.start, l.end = exact, 0, l.end-l.start
	}
	return true, nil
}

// passOver consumes the rest of the line.
func (l *lineReader) passOver() error {
	for {
		if i := bytes.IndexByte(l.buf[l.start:l.end], '\n'); i >= 0 {
			l.take(i, 1)
			return nil
		}
		l.take(l.end-l.start, 0)
		if l.eof {
			return nil
		}
		if err := l.fill(); err != nil {
			return err
		}
	}
}

// fill reads more, after making room for it.
func (l *lineReader) fill() error {
	switch held := l.end - l.start; {
	case held < l.chunk && len(l.buf) > 4*l.chunk: // give a long line's memory back
		small := make([]byte, 2*l.chunk)
		copy(small, l.buf[l.start:l.end])
		l.buf, l.start, l.end = small, 0, held
	case l.end < len(l.buf):
	case l.start > 0:
		copy(l.buf, l.buf[l.start:l.end])
		l.start, l.end = 0, held
	default:
		grown := make([]byte, 2*len(l.buf))
		copy(grown, l.buf)
		l.buf = grown
	}
	n, err := l.r.Read(l.buf[l.end:])
	l.end += n
	if errors.Is(err, io.EOF) {
		l.eof, err = true, nil
	}
	return err
}

// zstdMagic is how files that are compressed with zstd begin.
const zstdMagic = "\x28\xb5\x2f\xfd"

// openRegular opens a regular file for reading. Pipes and devices are refused
// before they are opened, because opening them may wait or have effects.
func openRegular(path string) (*os.File, os.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, &os.PathError{Op: "open", Path: path, Err: ErrNotRegular}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
		err = &os.PathError{Op: "open", Path: path, Err: ErrNotRegular}
	}
	var begin [len(zstdMagic)]byte
	if n, _ := f.ReadAt(begin[:], 0); err == nil && n == len(begin) && string(begin[:]) == zstdMagic {
		err = &os.PathError{Op: "read", Path: path, Err: ErrCompressed}
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// eachLine calls visit for every line of the file f from offset on, until one
// returns false.
func eachLine(ctx context.Context, f *os.File, offset int64, skim func([]byte) bool, report *Report, visit func(line) (bool, error)) error {
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return err
	}
	r := newLineReader(f, offset)
	r.skim, r.at = skim, f
	defer func() {
		report.Lines += r.tooLong
		report.Invalid += r.tooLong
		report.TooLong += r.tooLong
		if r.tooLong > 0 && report.First == nil {
			report.First = fmt.Errorf("line is longer than %d bytes", r.max)
		}
	}()
	for n := 0; ; n++ {
		if n%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		l, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		report.Lines++
		if more, err := visit(l); err != nil || !more {
			return err
		}
	}
}

// invalid counts a line that cannot be read.
func (r *Report) invalid(l line, err error) {
	r.Invalid++
	if r.First == nil {
		r.First = fmt.Errorf("line at byte %d: %w", l.offset, err)
	}
}

// typeOf returns the type of a line, "" when it has none.
func typeOf(data []byte) string {
	t, ok := wire.PeekString(data, "type")
	if !ok {
		return ""
	}
	switch string(t) { // without allocating for those there are many of
	case "response_item":
		return "response_item"
	case "event_msg":
		return "event_msg"
	case "turn_context":
		return "turn_context"
	}
	return string(t)
}
