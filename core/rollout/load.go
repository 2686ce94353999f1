package rollout

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

const (
	// maxUserMessages and maxUserBytes bound what [History] keeps of the
	// user's messages before a summary: far more than any summary repeats.
	maxUserMessages = 1 << 16
	maxUserBytes    = 4 << 20
)

// Load reads what a conversation needs to go on.
//
// It goes through the file twice, as a stream: first to find the last summary,
// looking at little more than the type of each line, and then, from there, to
// read the items.
func (s *FileStore) Load(ctx context.Context, path string) (*History, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("load rollout: %w", err)
	}
	segments, err := s.segments(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("load rollout %s: %w", path, err)
	}
	var h *History
	for _, part := range segments {
		earlier := h
		if h, err = load(ctx, part); err != nil {
			return nil, fmt.Errorf("load rollout %s: %w", part.path, err)
		}
		h.follow(earlier)
	}
	return h, nil
}

// follow puts what an earlier file tells before what h tells.
func (h *History) follow(earlier *History) {
	if earlier == nil {
		return
	}
	if h.Compacted == nil {
		h.Compacted, h.Replacement, h.UserMessages = earlier.Compacted, earlier.Replacement, earlier.UserMessages
		h.Items = append(earlier.Items, h.Items...)
	} else {
		said := earlier.UserMessages
		for _, item := range earlier.Items {
			if text, ok := UserMessage(item); ok {
				said = append(said, text)
			}
		}
		h.UserMessages = append(said, h.UserMessages...)
	}
	h.LastTurn = cmp.Or(h.LastTurn, earlier.LastTurn)
	h.LastTokens = cmp.Or(h.LastTokens, earlier.LastTokens)
	h.LastRateLimits = cmp.Or(h.LastRateLimits, earlier.LastRateLimits)
	h.Report.add(&earlier.Report)
}

func load(ctx context.Context, part segment) (*History, error) {
	f, _, err := openRegular(part.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := &History{Path: part.path}
	from, users, err := h.survey(ctx, f, part)
	if err != nil {
		return nil, err
	}
	if h.ID == "" {
		return nil, h.Report.noMeta()
	}
	if h.Compacted != nil {
		if h.UserMessages, err = users.texts(f, from); err != nil {
			return nil, err
		}
	}
	return h, h.readItems(ctx, f, from, part)
}

// survey reads everything but the items. It returns where those begin that
// are not summed up, and where the user's messages are.
func (h *History) survey(ctx context.Context, f *os.File, part segment) (from int64, users spanRing, err error) {
	skim := wants("session_meta", "turn_context", "compacted", "response_item")
	err = eachLine(ctx, f, 0, skim, &h.Report, part.until(func(l line) (bool, error) {
		switch typeOf(l.data) {
		case "session_meta":
			if h.ID != "" {
				return true, nil // a fork may carry that of its origin
			}
			meta, err := decodeMeta(l.data)
			if err != nil {
				h.Report.invalid(l, err)
				return true, nil
			}
			h.ID, h.Meta = meta.ID, meta.SessionMeta
		case "response_item":
			if isUserMessage(l.data) {
				users.add(span{l.offset, len(l.data)})
			}
		case "compacted":
			if !h.readCompacted(l) {
				return true, nil
			}
			from = l.offset + int64(len(l.data))
		case "turn_context":
			decoded, err := decodeLine(l.data)
			if err != nil {
				h.Report.invalid(l, err)
				return true, nil
			}
			h.LastTurn = decoded.Item.(*protocol.TurnContextLine)
		case "event_msg":
			h.readTokens(l)
		case "":
			h.Report.invalid(l, errNoType)
		}
		return true, nil
	}))
	return from, users, err
}

// readCompacted takes note of a summary.
func (h *History) readCompacted(l line) bool {
	decoded, err := decodeLine(l.data)
	if err != nil {
		h.Report.invalid(l, err)
		return false
	}
	h.Compacted = decoded.Item.(*protocol.CompactedLine)
	h.Replacement = nil
	var items []json.RawMessage
	if raw, ok := wire.Peek(l.data, "payload", "replacement_history"); ok && wire.Unmarshal(raw, &items) == nil {
		for _, raw := range items {
			var item protocol.ResponseItem
			if protocol.Unmarshal(raw, &item) == nil {
				h.Replacement = append(h.Replacement, item)
			}
		}
	}
	return true
}

// readTokens takes note of the token account. What a later line does not tell
// stays as an earlier one told it.
func (h *History) readTokens(l line) {
	if kind, _ := wire.PeekString(l.data, "payload", "type"); string(kind) != "token_count" {
		return
	}
	decoded, err := decodeLine(l.data)
	if err != nil {
		h.Report.invalid(l, err)
		return
	}
	tokens := decoded.Item.(*protocol.EventMsgLine).Msg.(*protocol.TokenCountEvent)
	if tokens.Info != nil {
		h.LastTokens = tokens.Info
	}
	if r := tokens.RateLimits; r != nil && (r.Primary != nil || r.Secondary != nil) {
		h.LastRateLimits = r
	}
}

// readItems reads the items of the file from offset on.
func (h *History) readItems(ctx context.Context, f *os.File, offset int64, part segment) error {
	var second Report // the lines are counted already, but not what items look like
	err := eachLine(ctx, f, offset, wants("response_item"), &second, part.until(func(l line) (bool, error) {
		if typeOf(l.data) != "response_item" {
			return true, nil
		}
		decoded, err := decodeLine(l.data)
		if err != nil {
			h.Report.invalid(l, err)
			return true, nil
		}
		h.Items = append(h.Items, decoded.Item.(*protocol.ResponseItemLine).Item)
		return true, nil
	}))
	return err
}

// isUserMessage reports whether a response_item line may be a message of the
// user.
func isUserMessage(data []byte) bool {
	if kind, _ := wire.PeekString(data, "payload", "type"); string(kind) != "message" {
		return false
	}
	role, _ := wire.PeekString(data, "payload", "role")
	return string(role) == "user"
}

// span is a line of a file.
type span struct {
	offset int64
	length int
}

// spanRing keeps the newest spans.
type spanRing struct {
	spans []span
	next  int // the oldest, once the ring is full
}

func (r *spanRing) add(s span) {
	if len(r.spans) < maxUserMessages {
		r.spans = append(r.spans, s)
		return
	}
	r.spans[r.next] = s
	r.next = (r.next + 1) % maxUserMessages
}

// texts reads the newest of the messages of f that end before the offset end,
// and returns them oldest first.
func (r *spanRing) texts(f *os.File, end int64) ([]string, error) {
	var texts []string
	total := 0
	for i := range r.spans {
		s := r.spans[(r.next+len(r.spans)-1-i)%len(r.spans)]
		if s.offset >= end {
			continue
		}
		data := make([]byte, s.length)
		if _, err := f.ReadAt(data, s.offset); err != nil {
			return nil, err
		}
		decoded, err := decodeLine(data)
		if err != nil {
			continue // the line is not counted as invalid: nobody needed it whole
		}
		text, ok := UserMessage(decoded.Item.(*protocol.ResponseItemLine).Item)
		if !ok {
			continue
		}
		if total += len(text); total > maxUserBytes && len(texts) > 0 {
			break
		}
		texts = append(texts, text)
	}
	slices.Reverse(texts)
	return texts, nil
}
