package rollout

import (
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

const (
	// headChunk is how much of a file is read at first.
	headChunk = 16 << 10
	// headLine is the longest line that is looked at as a whole: it takes long
	// instructions in, and leaves images out.
	headLine = 1 << 20
	// maxHeadLines and maxHeadBytes bound the search for what the user asked.
	maxHeadLines = 1000
	maxHeadBytes = 16 << 20
)

// headReader reads the beginnings of rollouts, one at a time.
type headReader struct {
	lines lineReader
}

// head is what the beginning of a rollout tells.
type head struct {
	meta     *fileMeta
	asked    bool   // there is a user_message event
	preview  string // what the user asked first
	fallback string // the same, as the items tell it
}

// complete reports whether the conversation can be listed.
func (h *head) complete() bool { return h.meta != nil && h.asked && h.preview != "" }

// read returns the summary of a rollout. ok is false when the file is none that
// a list shows: it tells no conversation, the user said nothing, or wanted is
// false for its source. Such a file is left to skips, which says the next time
// that it need not be read; begun is the time, or somewhat earlier.
func (r *headReader) read(e *entry, wanted func(protocol.SessionSource) bool, skips *skipIndex, begun time.Time) (s Summary, ok bool) {
	path := e.path()
	f, err := os.Open(path) // the directory has it as a regular file
	if err != nil {
		return Summary{}, false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return Summary{}, false
	}
	state, device, stamped := stampOf(info)
	if stamped && skips.skips(e.at.id, state, wanted) {
		return Summary{}, false
	}
	passOver := func(source *protocol.SessionSource) (Summary, bool) {
		if stamped {
			skips.passedOver(e.at.id, state, device, begun, source)
		}
		return Summary{}, false
	}
	defer func() { r.lines = lineReader{buf: r.lines.buf} }()
	l := &r.lines
	*l = lineReader{r: io.LimitReader(f, maxHeadBytes), chunk: headChunk, max: MaxLineBytes, skimAt: headLine, buf: l.buf}
	if l.buf == nil || len(l.buf) > 8*headChunk {
		l.buf = make([]byte, headChunk)
	}
	var h head
	l.skim = func(prefix []byte) bool {
		h.long(prefix)
		return false
	}
	for range maxHeadLines {
		line, err := l.next()
		if err == nil {
			h.line(line.data)
		}
		switch {
		case h.meta != nil && !wanted(h.meta.Source):
			return passOver(&h.meta.Source)
		case h.complete():
			return Summary{
				ID: h.meta.ID, Path: path, Preview: Preview(h.preview), Timestamp: h.meta.Timestamp,
				Cwd: h.meta.Cwd, Source: h.meta.Source, Git: h.meta.Git, Modified: info.ModTime(),
			}, true
		case errors.Is(err, io.EOF):
			return passOver(nil)
		case err != nil:
			return Summary{}, false
		}
	}
	return passOver(nil)
}

// line takes note of a line.
func (h *head) line(data []byte) {
	switch typeOf(data) {
	case "session_meta":
		if h.meta == nil {
			if meta, err := decodeMeta(data); err == nil {
				h.meta = meta
			}
		}
	case "response_item":
		if h.fallback != "" || !isUserMessage(data) {
			return
		}
		if l, err := decodeLine(data); err == nil {
			h.fallback = plainText(l.Item.(*protocol.ResponseItemLine).Item)
		}
	case "event_msg":
		if kind, _ := wire.PeekString(data, "payload", "type"); string(kind) != "user_message" {
			return
		}
		if l, err := decodeLine(data); err == nil {
			msg := l.Item.(*protocol.EventMsgLine).Msg.(*protocol.UserMessageEvent)
			h.user(msg.Message, msg.Kind)
		}
	}
}

// long takes note of a line by its beginning.
func (h *head) long(prefix []byte) {
	if typeOf(prefix) != "event_msg" {
		return
	}
	if kind, _ := wire.PeekString(prefix, "payload", "type"); string(kind) != "user_message" {
		return
	}
	text, ok := wire.PeekString(prefix, "payload", "message")
	if !ok {
		return
	}
	message := string(text)
	kind, _ := wire.PeekString(prefix, "payload", "kind")
	h.user(message, protocol.InputMessageKind(kind))
}

// user takes note of a user_message event.
func (h *head) user(message string, kind protocol.InputMessageKind) {
	h.asked = true
	if h.preview != "" {
		return
	}
	if kind == "" {
		kind = Classify(message)
	}
	if kind == protocol.KindPlain && strings.TrimSpace(message) != "" {
		h.preview = message
	} else {
		h.preview = h.fallback
	}
}

// plainText returns the first text of a user's message that is the user's own.
func plainText(item protocol.ResponseItem) string {
	m, ok := item.(*protocol.MessageItem)
	if !ok || m.Role != "user" {
		return ""
	}
	for _, c := range m.Content {
		if t, ok := c.(*protocol.InputTextContent); ok && strings.TrimSpace(t.Text) != "" && Classify(t.Text) == protocol.KindPlain {
			return t.Text
		}
	}
	return ""
}
