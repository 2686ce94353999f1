package rollout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/codex-go/codex/protocol"
)

// harm is what somebody did to a file that is being written.
type harm int

const (
	unharmed harm = iota
	removed
	shortened
)

// harmed tells what somebody did to the open file. It is removed when it is no
// longer the one at the path, because somebody removed it or put another in its
// place. One that was moved away still has a name and is written to there.
func (s *sink) harmed() harm {
	if s.f == nil {
		return unharmed
	}
	info, err := s.f.Stat()
	if err != nil {
		return unharmed
	}
	if !linked(info) {
		// Some file systems count no links at all.
		named, err := os.Stat(s.path)
		if missing(err) || err == nil && !os.SameFile(info, named) {
			return removed
		}
	}
	switch size := info.Size(); {
	case size < s.size:
		return shortened
	case size > s.size:
		s.appendedTo(size)
	}
	return unharmed
}

// appendedTo takes note that somebody who does not know the lock has appended to
// the open file, up to size. When that is half a line, the next write ends it.
func (s *sink) appendedTo(size int64) {
	var last [1]byte
	if _, err := s.f.ReadAt(last[:], size-1); err == nil {
		s.size, s.torn = size, last[0] != '\n'
	}
}

// goOn goes on in a file that somebody shortened: a line that was cut is
// ended, and the first line is written again unless the file still has one, for
// without it nothing that follows would be worth anything.
func (s *sink) goOn() error {
	info, err := s.f.Stat()
	if err != nil {
		return err
	}
	s.size, s.torn = info.Size(), false
	if s.size > 0 {
		var last [1]byte
		if _, err := s.f.ReadAt(last[:], s.size-1); err != nil {
			return err
		}
		s.torn = last[0] != '\n'
	}
	_, err = readMeta(context.Background(), s.path)
	if errors.Is(err, ErrNoMeta) || errors.Is(err, ErrEmpty) {
		_, err = s.write(s.head)
		return err
	}
	return nil // whatever stands there has a first line, or cannot be read
}

// restore puts a record that somebody removed back in its place: the open file
// still holds all of it, and without its beginning nothing that follows would
// be worth anything. A copy that somebody put there, as an editor does when it
// saves, is continued; any other file is left alone.
func (s *sink) restore(id protocol.ConversationID) error {
	if _, err := os.Lstat(s.path); err == nil {
		meta, err := readMeta(context.Background(), s.path)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrReplaced, err)
		}
		if meta.ID != id {
			return fmt.Errorf("%w: it is the conversation %s", ErrReplaced, meta.ID)
		}
		return s.reopen()
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return err
	}
	f, err := s.open(s.path, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	size, err := io.Copy(f, io.NewSectionReader(s.f, 0, math.MaxInt64))
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(s.path))
	}
	s.f.Close() // all of it is in the new one
	s.f, s.size, s.dirty = f, size, true
	return nil
}
