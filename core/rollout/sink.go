package rollout

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// File is an open file that a writer appends to. It is read again only when
// somebody removes it.
type File interface {
	io.Writer
	io.ReaderAt
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
	Sync() error
	Close() error
}

// OpenFunc opens a file as [os.OpenFile] does.
type OpenFunc func(name string, flag int, perm fs.FileMode) (File, error)

func openOS(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err // not a nil *os.File in an interface
	}
	return f, nil
}

// sink appends whole lines to a file, whatever happens on the way. It is used
// by one goroutine at a time.
type sink struct {
	path string
	open OpenFunc
	head []byte // the line that says whose the conversation is

	f     File
	why   error // why there is no file, when there was one
	size  int64 // where our next line begins, if nobody else appends
	torn  bool  // the file ends within a line
	dirty bool  // there is something to bring to the disk
}

// createSink makes a new file.
func createSink(path string, open OpenFunc) (*sink, error) {
	f, err := open(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &sink{path: path, open: open, f: f}, nil
}

// openSink continues a file. (spec: events-and-rollouts, do better: torn last
// line)
func openSink(path string, open OpenFunc) (*sink, error) {
	s := &sink{path: path, open: open}
	if err := s.reopen(); err != nil {
		return nil, err
	}
	return s, nil
}

// reopen opens the file again, without making it anew, and looks how it ends.
// Where it cannot, the file stays closed, and why is the reason unless there is
// one.
func (s *sink) reopen() error {
	if s.f != nil {
		s.f.Close() // what it did not take is with us
		s.f = nil
	}
	if err := s.openEnd(); err != nil {
		s.why = cmp.Or(s.why, err)
		return err
	}
	s.why = nil
	return nil
}

func (s *sink) openEnd() error {
	r, info, err := openRegular(s.path)
	if err != nil {
		return err
	}
	defer r.Close()
	last := []byte{'\n'}
	if info.Size() > 0 {
		if _, err := r.ReadAt(last, info.Size()-1); err != nil {
			return fmt.Errorf("read the end of %s: %w", s.path, err)
		}
	}
	f, err := s.open(s.path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	s.f, s.size, s.torn = f, info.Size(), last[0] != '\n'
	return nil
}

// write appends data, which is whole lines, and returns how many bytes of it
// are in the file as whole lines. After an error it has cut off the half of a
// line that was written; where it cannot, the next write ends it first.
func (s *sink) write(data []byte) (int, error) {
	if s.f == nil {
		return 0, s.why
	}
	if s.torn {
		if _, err := s.f.Write([]byte{'\n'}); err != nil {
			return 0, err
		}
		s.size++
		s.torn, s.dirty = false, true
	}
	n, err := s.f.Write(data)
	s.dirty = s.dirty || n > 0
	if err == nil {
		s.size += int64(n)
		return n, nil
	}
	whole := bytes.LastIndexByte(data[:n], '\n') + 1
	if n > whole {
		info, serr := s.f.Stat()
		cut := serr == nil && info.Size() == s.size+int64(n) && s.f.Truncate(s.size+int64(whole)) == nil
		if s.torn = !cut; s.torn {
			s.size += int64(n - whole)
		}
	}
	s.size += int64(whole)
	return whole, err
}

// close brings the file to the disk and closes it.
func (s *sink) close() error {
	if s.f == nil {
		return nil
	}
	var err error
	if s.dirty {
		if err = s.f.Sync(); errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
			err = nil // a file system that cannot
		}
	}
	err = errors.Join(err, s.f.Close())
	s.f = nil
	return err
}
