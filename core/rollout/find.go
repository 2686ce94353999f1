package rollout

import (
	"context"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/codex-go/codex/protocol"
)

// Find returns where the conversation id is kept. Most ids tell the day; for
// the others the names of all files are looked through.
func (s *FileStore) Find(ctx context.Context, id protocol.ConversationID) (Location, error) {
	wanted, err := protocol.ParseConversationID(string(id))
	if err != nil {
		return Location{}, fmt.Errorf("find conversation: %w: %w", ErrNotFound, err)
	}
	if begun, ok := timeOf(wanted); ok {
		path, err := s.findNear(wanted, begun)
		if err != nil || path != "" {
			return Location{Path: path}, err
		}
	}
	for e, err := range walkDays(s.root(false), Cursor{}, nil) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return Location{}, fmt.Errorf("find conversation %s: %w", wanted, err)
		}
		if e.at.id == wanted {
			return Location{Path: e.path()}, nil
		}
	}
	for e, err := range walkFlat(s.root(true), Cursor{}, nil) {
		if err != nil {
			return Location{}, fmt.Errorf("find conversation %s: %w", wanted, err)
		}
		if e.at.id == wanted {
			return Location{Path: e.path(), Archived: true}, nil
		}
	}
	if path := s.findCompressed(wanted); path != "" {
		return Location{}, fmt.Errorf("find conversation %s: %s: %w", wanted, path, ErrCompressed)
	}
	return Location{}, fmt.Errorf("find conversation %s: %w", wanted, ErrNotFound)
}

// findCompressed returns the path of a rollout that a newer release packed, ""
// when there is none.
func (s *FileStore) findCompressed(id protocol.ConversationID) (path string) {
	look := func(dir string) bool {
		found, _ := readDir(dir) // what cannot be read holds nothing for us
		for _, e := range found {
			name, packed := strings.CutSuffix(e.Name(), ".zst")
			if at, ok := parseFileName(name); packed && ok && at.id == id {
				path = filepath.Join(dir, e.Name())
				return false
			}
		}
		return true
	}
	_ = eachDay(s.root(false), Cursor{}, func(_ string, dirs []string) (bool, error) {
		for _, dir := range dirs {
			if !look(dir) {
				return false, nil
			}
		}
		return true, nil
	})
	if path == "" {
		look(s.root(true))
	}
	return path
}

// findNear looks in the directory of the day begun, and in those beside it
// because the zone of the store may have changed. path is "" if it is in none.
func (s *FileStore) findNear(id protocol.ConversationID, begun time.Time) (path string, err error) {
	for _, days := range []int{0, -1, 1} {
		day := begun.In(s.o.Location).AddDate(0, 0, days)
		dir := filepath.Join(s.root(false), day.Format("2006"), day.Format("01"), day.Format("02"))
		found, err := readDir(dir)
		if err != nil && !unreadable(err) {
			return "", fmt.Errorf("find conversation %s: %w", id, err)
		}
		for _, e := range found {
			if !strings.HasSuffix(e.Name(), ".jsonl") || !e.Type().IsRegular() {
				continue
			}
			if at, ok := parseFileName(e.Name()); ok && at.id == id {
				return filepath.Join(dir, e.Name()), nil
			}
		}
	}
	return "", nil
}

// timeOf returns the time that a version 7 id tells.
func timeOf(id protocol.ConversationID) (time.Time, bool) {
	digits := strings.ReplaceAll(string(id), "-", "")
	b, err := hex.DecodeString(digits)
	if err != nil || len(b) != 16 || b[6]>>4 != 7 {
		return time.Time{}, false
	}
	var ms int64
	for _, c := range b[:6] {
		ms = ms<<8 | int64(c)
	}
	return time.UnixMilli(ms), true
}
