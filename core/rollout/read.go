package rollout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"unicode/utf8"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// Meta returns what the file at path tells about its conversation.
func (s *FileStore) Meta(ctx context.Context, path string) (protocol.SessionMeta, error) {
	meta, err := readMeta(ctx, path)
	if err != nil {
		return protocol.SessionMeta{}, fmt.Errorf("read rollout %s: %w", path, err)
	}
	return meta.SessionMeta, nil
}

// Read returns the lines of a conversation, one at a time.
func (s *FileStore) Read(ctx context.Context, path string, report *Report) iter.Seq2[protocol.RolloutLine, error] {
	return func(yield func(protocol.RolloutLine, error) bool) {
		if report == nil {
			report = new(Report)
		}
		segments, err := s.recorded(ctx, path)
		if errors.Is(err, ErrNoBeginning) {
			report.Missing, err = err, nil
		}
		if err != nil {
			yield(protocol.RolloutLine{}, fmt.Errorf("read rollout %s: %w", path, err))
			return
		}
		more := true
		for _, part := range segments {
			err := s.scan(ctx, part.path, nil, report, part.until(func(l line) (bool, error) {
				decoded, err := decodeLine(l.data)
				if err != nil {
					report.invalid(l, err)
					return true, nil
				}
				more = yield(decoded, nil)
				return more, nil
			}))
			if err != nil {
				yield(protocol.RolloutLine{}, err)
				return
			}
			if !more {
				return
			}
		}
	}
}

// recorded returns the segments of the conversation recorded at path, which
// may have forgotten whose it is: what it records it tells all the same.
func (s *FileStore) recorded(ctx context.Context, path string) ([]segment, error) {
	segments, err := s.segments(ctx, path)
	if segments == nil && (errors.Is(err, ErrNoMeta) || errors.Is(err, ErrEmpty)) {
		return []segment{{path: path}}, nil
	}
	return segments, err
}

// EventMessages returns the payloads of the recorded events.
func (s *FileStore) EventMessages(ctx context.Context, path string, filter EventFilter) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		segments, err := s.recorded(ctx, path)
		if err != nil {
			yield(nil, fmt.Errorf("read rollout %s: %w", path, err))
			return
		}
		more := true
		for _, part := range segments {
			err := s.scan(ctx, part.path, wantsEvents, new(Report), part.until(func(l line) (bool, error) {
				payload, ok := eventPayload(l.data, filter)
				more = !ok || yield(payload, nil)
				return more, nil
			}))
			if err != nil {
				yield(nil, err)
				return
			}
			if !more {
				return
			}
		}
	}
}

// wantsEvents is the skim function for events that clients may see.
func wantsEvents(prefix []byte) bool {
	t := typeOf(prefix)
	if t != "event_msg" {
		return t == ""
	}
	kind, known := wire.PeekString(prefix, "payload", "type")
	return !known || persistedEvents[string(kind)]
}

// PlainUserMessages is the filter for the answer to a resume: of the messages
// in the place of the user's it takes only those that are marked as the user's
// own. (spec: events-and-rollouts, resume)
func PlainUserMessages(eventType string, payload []byte) bool {
	if eventType != "user_message" {
		return true
	}
	kind, _ := wire.PeekString(payload, "kind")
	return string(kind) == string(protocol.KindPlain)
}

// eventPayload returns the event of a line, if it is one that clients may see.
func eventPayload(data []byte, filter EventFilter) ([]byte, bool) {
	if typeOf(data) != "event_msg" {
		return nil, false
	}
	if _, ok := wire.PeekString(data, "timestamp"); !ok {
		return nil, false
	}
	payload, ok := wire.Peek(data, "payload")
	if !ok {
		return nil, false
	}
	kind, ok := wire.PeekString(payload, "type")
	if !ok || !persistedEvents[string(kind)] || filter != nil && !filter(string(kind), payload) {
		return nil, false
	}
	var msg protocol.EventMsg
	if protocol.Unmarshal(payload, &msg) != nil {
		return nil, false
	}
	if !portable(payload) {
		mended, err := protocol.Append(nil, msg)
		return mended, err == nil
	}
	return payload, true
}

// portable reports whether every client can read the JSON text: damaged text,
// and escapes of half a character, which some decoders refuse, are rewritten.
func portable(payload []byte) bool {
	return utf8.Valid(payload) &&
		!bytes.Contains(payload, []byte(`\ud`)) && !bytes.Contains(payload, []byte(`\uD`))
}

// scan calls visit for every line of the file at path, until it returns false.
func (s *FileStore) scan(ctx context.Context, path string, skim func([]byte) bool, report *Report, visit func(line) (bool, error)) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("read rollout: %w", err)
	}
	f, _, err := openRegular(path)
	if err == nil {
		defer f.Close()
		err = eachLine(ctx, f, 0, skim, report, visit)
	}
	if err != nil {
		return fmt.Errorf("read rollout %s: %w", path, err)
	}
	return nil
}

// decodeLine reads a line of any type.
func decodeLine(data []byte) (protocol.RolloutLine, error) {
	var l protocol.RolloutLine
	if typeOf(data) == "session_meta" {
		meta, err := decodeMeta(data)
		if err != nil {
			return l, err
		}
		timestamp, _ := wire.PeekString(data, "timestamp")
		return protocol.RolloutLine{Timestamp: string(timestamp), Item: &meta.SessionMeta}, nil
	}
	err := protocol.Unmarshal(data, &l)
	return l, err
}
