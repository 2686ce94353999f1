package rollout

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// Fork begins a new conversation with the beginning of another.
// (spec: events-and-rollouts, fork)
func (s *FileStore) Fork(ctx context.Context, path string, nth int, meta Meta, o WriterOptions) (Writer, bool, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, false, fmt.Errorf("fork rollout: %w", err)
	}
	segments, err := s.segments(ctx, path)
	if err != nil {
		return nil, false, fmt.Errorf("fork rollout %s: %w", path, err)
	}
	origin, found, err := findUserMessage(ctx, segments, nth)
	if err != nil {
		return nil, false, fmt.Errorf("fork rollout %s: %w", path, err)
	}
	w, err := s.create(ctx, meta, o)
	if err != nil {
		return nil, false, err
	}
	if !found {
		return w, false, nil
	}
	copied, err := w.copyLines(ctx, origin)
	if err == nil {
		err = w.Flush(ctx)
	}
	if err != nil {
		err = fmt.Errorf("fork rollout %s: %w", path, err)
		return nil, false, errors.Join(err, w.Close(context.WithoutCancel(ctx)), os.Remove(w.path))
	}
	return w, copied > 0, nil
}

// findUserMessage returns what stands before the nth message of the user.
func findUserMessage(ctx context.Context, segments []segment, nth int) (before []segment, found bool, err error) {
	if nth < 0 {
		return nil, false, fmt.Errorf("there is no user message %d", nth)
	}
	var report Report
	for i, part := range segments {
		err := part.eachLine(ctx, wants("response_item"), &report, func(l line) (bool, error) {
			if typeOf(l.data) != "response_item" || !isUserMessage(l.data) {
				return true, nil
			}
			decoded, err := decodeLine(l.data)
			if err != nil {
				return true, nil
			}
			if _, ok := UserMessage(decoded.Item.(*protocol.ResponseItemLine).Item); !ok {
				return true, nil
			}
			if nth == 0 {
				found = true
				part.end = l.offset
				before = append(slices.Clone(segments[:i]), part)
				return false, nil
			}
			nth--
			return true, nil
		})
		if err != nil || found {
			return before, found, err
		}
	}
	return nil, false, nil
}

// copyLines records the lines of segments: as they are, with the time of
// copying, and without what tells about the other conversation's file. It
// returns how many there were.
func (w *fileWriter) copyLines(ctx context.Context, segments []segment) (copied int, err error) {
	var report Report
	for _, part := range segments {
		err := part.eachLine(ctx, nil, &report, func(l line) (bool, error) {
			var o object
			if wire.Unmarshal(l.data, &o) != nil || !o.portable() {
				return true, nil // no reader makes anything of it
			}
			copied++
			return true, w.recordCopy(o)
		})
		if err != nil {
			return copied, err
		}
	}
	return copied, nil
}

// recordCopy queues a copied line.
func (w *fileWriter) recordCopy(o object) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.room(); err != nil {
		return err
	}
	start := len(w.pending)
	b := wire.AppendString(append(w.pending, `{"timestamp":`...), w.now().UTC().Format(timestampLayout))
	for _, m := range o {
		if m.key == "timestamp" || m.key == "ordinal" {
			continue
		}
		b = append(wire.AppendString(append(b, ','), m.key), ':')
		b = append(b, bytes.ToValidUTF8(m.value, []byte("\uFFFD"))...)
	}
	w.pending = append(b, '}')
	w.endLine(start)
	return nil
}

// object is a JSON object with its members in order and as they are written.
type object []member

type member struct {
	key   string
	value json.RawMessage
}

// DecodeWire reads the object. The values share the memory of the input.
func (o *object) DecodeWire(d *wire.Decoder) error {
	return d.Object(func(key []byte) error {
		name := string(key)
		value, err := d.Raw()
		*o = append(*o, member{name, value})
		return err
	})
}

// portable reports whether the object is a line that belongs into a copy.
func (o object) portable() bool {
	timestamp, payload := false, false
	for _, m := range o {
		switch m.key {
		case "timestamp":
			timestamp = true
		case "payload":
			payload = true
		case "type":
			if bytes.Equal(m.value, []byte(`"session_meta"`)) {
				return false
			}
		}
	}
	return timestamp && payload
}
