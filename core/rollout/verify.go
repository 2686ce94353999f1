package rollout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// Health is what [FileStore.Verify] finds out about a file.
type Health struct {
	ID     protocol.ConversationID // "" when the file does not tell
	Path   string                  // absolute, and without symbolic links
	Report Report                  // about the lines of this file; Missing about those of others
	// Torn tells that the file ends within a line.
	Torn bool
	// Nameless is why the file does not tell whose conversation it is, so that
	// nobody can resume it; nil when it does.
	Nameless error

	cwd     string // where the first turn was
	ordinal *int64 // of the first line that can be read; nil when it has none
	size    int64
	looked  fs.FileInfo
}

// Sound reports whether there is nothing to say against the file.
func (h *Health) Sound() bool { return h.mended() && h.Report.Missing == nil }

// mended reports whether there is nothing that a repair would change.
func (h *Health) mended() bool { return h.Report.Invalid == 0 && !h.Torn && h.Nameless == nil }

// Verify reads every line of the file at path, and finds out whether everything
// that the conversation needs of other files is there.
func (s *FileStore) Verify(ctx context.Context, path string) (*Health, error) {
	h, err := verify(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("verify rollout %s: %w", path, err)
	}
	if h.Nameless == nil {
		if _, err := s.segments(ctx, h.Path); errors.Is(err, ErrNoBeginning) {
			h.Report.Missing = err
		} else if err != nil {
			return nil, fmt.Errorf("verify rollout %s: %w", path, err)
		}
	}
	return h, nil
}

func verify(ctx context.Context, path string) (*Health, error) {
	path, err := filepath.Abs(path)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return nil, err
	}
	f, info, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := &Health{Path: path, size: info.Size(), looked: info}
	err = eachLine(ctx, f, 0, nil, &h.Report, func(l line) (bool, error) {
		decoded, err := decodeLine(l.data)
		if err != nil {
			h.Report.invalid(l, err)
			return true, nil
		}
		h.line(l, decoded)
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	if h.ID == "" {
		h.Nameless = h.Report.noMeta()
	}
	if h.Torn, err = endsTorn(f, h.size); err != nil {
		return nil, err
	}
	return h, nil
}

// line takes note of a line that can be read.
func (h *Health) line(l line, decoded protocol.RolloutLine) {
	if h.Report.Lines-h.Report.Invalid == 1 {
		h.ordinal = ordinalOf(l.data)
	}
	switch i := decoded.Item.(type) {
	case *protocol.SessionMeta:
		if h.ID == "" {
			h.ID = i.ID
		}
	case *protocol.TurnContextLine:
		if h.cwd == "" {
			h.cwd = i.Cwd
		}
	case *protocol.ResponseItemLine:
		if h.cwd == "" {
			h.cwd = cwdOf(i.Item)
		}
	}
}

// cwdOf returns the directory that a message about the surroundings names, ""
// for other items.
func cwdOf(item protocol.ResponseItem) string {
	m, ok := item.(*protocol.MessageItem)
	if !ok || m.Role != "user" {
		return ""
	}
	for _, c := range m.Content {
		if text := contentText(c); Classify(text) == protocol.KindEnvironmentContext {
			_, rest, _ := strings.Cut(text, "<cwd>")
			if cwd, _, found := strings.Cut(rest, "</cwd>"); found {
				return cwd
			}
		}
	}
	return ""
}

// endsTorn reports whether a file of the given size ends within a line.
func endsTorn(f *os.File, size int64) (bool, error) {
	if size == 0 {
		return false, nil
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], size-1); err != nil {
		return false, fmt.Errorf("read the end: %w", err)
	}
	return last[0] != '\n', nil
}

// ordinalOf returns the number of a line, nil when it has none.
func ordinalOf(data []byte) *int64 {
	raw, ok := wire.Peek(data, "ordinal")
	var n int64
	if !ok || wire.Unmarshal(raw, &n) != nil || n < 0 {
		return nil
	}
	return &n
}
