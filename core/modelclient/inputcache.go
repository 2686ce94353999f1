package modelclient

import (
	"fmt"
	"sync"

	"github.com/codex-go/codex/protocol"
)

// inputCache keeps the encoded form of the last input. The next input of a
// conversation begins with the same items, so only the new ones are encoded.
// Requests that are still being sent read the same memory: it is only ever
// appended to. It is safe for concurrent use.
type inputCache struct {
	mu     sync.Mutex
	withID bool
	items  []protocol.ResponseItem
	ends   []int  // of each item in encoded
	text   []byte // items with commas between them
}

// encode returns the JSON array of items without its brackets. The result must
// not be changed.
func (c *inputCache) encode(items []protocol.ResponseItem, withID bool) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	same := 0
	if c.withID == withID {
		for same < len(items) && same < len(c.items) && items[same] == c.items[same] {
			same++
		}
	}
	if same < len(c.items) {
		c.truncate(same)
	}
	c.withID = withID
	for _, item := range items[same:] {
		text, err := appendInputItem(c.text, item, withID)
		if err != nil {
			return nil, fmt.Errorf("encode an input item of type %q: %w", item.ItemType(), err)
		}
		c.text = text
		c.items = append(c.items, item)
		c.ends = append(c.ends, len(text))
	}
	return c.text[:len(c.text):len(c.text)], nil
}

// truncate keeps the first n items, in memory of their own: requests may still
// be reading the rest.
func (c *inputCache) truncate(n int) {
	end := 0
	if n > 0 {
		end = c.ends[n-1]
	}
	c.text = append([]byte(nil), c.text[:end]...)
	clear(c.items[n:])
	c.items, c.ends = c.items[:n], c.ends[:n]
}

// appendInputItem appends an item, and a comma before it unless it is the
// first. Items of unknown types are left out: the provider that gets them need
// not be the one that made them.
func appendInputItem(text []byte, item protocol.ResponseItem, withID bool) ([]byte, error) {
	if _, unknown := item.(*protocol.UnknownItem); unknown {
		return text, nil
	}
	before := len(text)
	if before > 0 {
		text = append(text, ',')
	}
	text, err := protocol.AppendItem(text, item, withID)
	if err != nil {
		return text[:before], err
	}
	return text, nil
}
