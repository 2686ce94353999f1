package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// indexStep is how many lines lie between two places that the index knows.
const indexStep = 64

// headBytes is how much of a file is compared to find out whether it is the one
// that was read: a time and, mostly, a conversation stand there.
const headBytes = 128

// index knows where the lines of a file begin. Lines are only ever added to a
// file; one that lost some is another file, or is shorter, or begins with
// another line where the file system gave its number away again.
type index struct {
	file  uint64  // the identity of the file
	size  int64   // how much of it was read, up to the last line break
	lines uint64  // how many lines that is
	known []int64 // where the lines 0, indexStep, 2*indexStep... begin
	head  []byte  // how the file begins, as far as it was read
}

// update reads what was added to f since the last time, or all of it when it
// is another file.
func (x *index) update(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return ErrForeign
	}
	id, err := fileID(f, info)
	if err != nil {
		return err
	}
	if id != x.file || info.Size() < x.size || !x.begins(f) {
		*x = index{file: id}
	}
	if len(x.known) == 0 {
		x.known = []int64{0}
	}
	in := newScanner(io.NewSectionReader(f, x.size, info.Size()-x.size))
	for {
		n, err := in.skip()
		if errors.Is(err, io.EOF) {
			return x.remember(f)
		}
		if err != nil {
			return fmt.Errorf("count entries: %w", err)
		}
		x.size += n
		x.lines++
		if x.lines%indexStep == 0 {
			x.known = append(x.known, x.size)
		}
	}
}

// begins reports whether f begins as the file did that was read.
func (x *index) begins(f *os.File) bool {
	var head [headBytes]byte
	n, err := f.ReadAt(head[:len(x.head)], 0)
	return err == nil && bytes.Equal(head[:n], x.head)
}

// remember takes note of how f begins.
func (x *index) remember(f *os.File) error {
	if n := int(min(x.size, headBytes)); n > len(x.head) {
		x.head = make([]byte, n)
		if _, err := f.ReadAt(x.head, 0); err != nil {
			x.head = nil
			return fmt.Errorf("read the first entry: %w", err)
		}
	}
	return nil
}

// find returns the place of a line that is not behind the given one, and how
// many lines are between them.
func (x *index) find(line uint64) (start int64, skip uint64) {
	return x.known[line/indexStep], line % indexStep
}

// scanner reads lines of any length.
type scanner struct{ r *bufio.Reader }

func newScanner(r io.Reader) scanner { return scanner{bufio.NewReaderSize(r, 32<<10)} }

// skip passes over a line and returns its length with the line break. A line
// without one is io.EOF.
func (s scanner) skip() (n int64, err error) {
	for {
		part, err := s.r.ReadSlice('\n')
		n += int64(len(part))
		if !errors.Is(err, bufio.ErrBufferFull) {
			return n, err
		}
	}
}

// next returns a line of at most limit bytes, with its line break.
func (s scanner) next(limit int) ([]byte, error) {
	var line bytes.Buffer
	for {
		part, err := s.r.ReadSlice('\n')
		if line.Len()+len(part) > limit {
			return nil, fmt.Errorf("the entry is longer than %d bytes", limit)
		}
		line.Write(part)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line.Bytes(), err
		}
	}
}
