package protocol

import (
	"encoding/json"

	"github.com/codex-go/codex/mcptypes/wire"
)

// ContentItem is a part of a message, tagged by "type".
type ContentItem interface{ isContentItem() }

// InputTextContent is text for the model; its type is "input_text".
type InputTextContent struct {
	Text string `json:"text"`
}

// InputImageContent is an image for the model; its type is "input_image".
type InputImageContent struct {
	ImageURL string `json:"image_url"`
}

// OutputTextContent is text of the model; its type is "output_text".
type OutputTextContent struct {
	Text string `json:"text"`
}

// UnknownContent is a part of a type that this release does not know, kept as
// it came, so that one such part does not lose the message.
type UnknownContent struct {
	Type string          `json:"-"`
	Raw  json.RawMessage `json:"-"`
}

// Text returns what the part says: its member "text", or that of a refusal. It
// is "" when there is neither.
func (c *UnknownContent) Text() string {
	for _, member := range [...]string{"text", "refusal"} {
		if text, ok := wire.PeekString(c.Raw, member); ok && len(text) > 0 {
			return string(text)
		}
	}
	return ""
}

func (*InputTextContent) isContentItem()  {}
func (*InputImageContent) isContentItem() {}
func (*OutputTextContent) isContentItem() {}
func (*UnknownContent) isContentItem()    {}
