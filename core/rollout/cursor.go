package rollout

import (
	"fmt"
	"strings"

	"github.com/codex-go/codex/protocol"
)

// Cursor is a place in the list of conversations: the time in a file's name
// and the conversation's id. The file need not exist. The zero value is before
// the newest conversation.
type Cursor struct {
	stamp string // YYYY-MM-DDThh-mm-ss
	id    protocol.ConversationID
}

// ParseCursor reads what [Cursor.String] wrote. The empty string is the zero
// cursor.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	stamp, rest, found := strings.Cut(s, "|")
	if !found || !validStamp(stamp) {
		return Cursor{}, fmt.Errorf("%q is not a list cursor", s[:min(len(s), 80)])
	}
	id, err := protocol.ParseConversationID(rest)
	if err != nil {
		return Cursor{}, fmt.Errorf("list cursor: %w", err)
	}
	return Cursor{stamp: stamp, id: id}, nil
}

// IsZero reports whether c is the zero cursor.
func (c Cursor) IsZero() bool { return c == Cursor{} }

// String returns the form for the wire, "" for the zero cursor.
func (c Cursor) String() string {
	if c.IsZero() {
		return ""
	}
	return c.stamp + "|" + string(c.id)
}

// compare orders cursors as the list does: -1 when c comes before d, that is,
// when it is newer.
func (c Cursor) compare(d Cursor) int {
	if r := strings.Compare(d.stamp, c.stamp); r != 0 {
		return r
	}
	return strings.Compare(string(d.id), string(c.id))
}
