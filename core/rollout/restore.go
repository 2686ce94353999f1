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

// gone reports whether the open file is no longer the one at the path, because
// somebody removed it or put another in its place. One that was moved away
// still has a name and is written to there.
func (s *sink) gone() bool {
	if s.f == nil {
		return false
	}
	info, err := s.f.Stat()
	if err != nil || linked(info) {
		return false
	}
	// Some file systems count no links at all.
	named, err := os.Stat(s.path)
	return missing(err) || err == nil && !os.SameFile(info, named)
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
