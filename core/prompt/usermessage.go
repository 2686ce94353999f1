package prompt

import (
	"fmt"

	"github.com/codex-go/codex/core/imagefile"
	"github.com/codex-go/codex/protocol"
)

// UserMessage makes one message of a user's input. A note for the model takes
// the place of an image file that cannot be read; the errors are returned too.
// (spec: agent-loop, user input conversion)
func UserMessage(items []protocol.InputItem) (*protocol.MessageItem, []error) {
	m := &protocol.MessageItem{Role: "user", Content: []protocol.ContentItem{}}
	var skipped []error
	for _, item := range items {
		switch i := item.(type) {
		case *protocol.TextInput:
			m.Content = append(m.Content, &protocol.InputTextContent{Text: i.Text})
		case *protocol.ImageInput:
			m.Content = append(m.Content, &protocol.InputImageContent{ImageURL: i.ImageURL})
		case *protocol.LocalImageInput:
			url, err := imagefile.URL(i.Path)
			if err != nil {
				skipped = append(skipped, err)
				m.Content = append(m.Content, &protocol.InputTextContent{Text: fmt.Sprintf("[An image could not be attached: %v]", err)})
				continue
			}
			m.Content = append(m.Content, &protocol.InputImageContent{ImageURL: url})
		}
	}
	return m, skipped
}
