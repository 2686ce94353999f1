package protocol

import "github.com/codex-go/codex/mcptypes/wire"

// InputItem is one piece of a user's input in the form of operations and
// events, tagged by "type" with its fields beside the tag. The app-server
// protocol has a form of its own, [ClientInput]. (spec: events-and-rollouts,
// shared types)
type InputItem interface{ isInputItem() }

// TextInput is text that the user wrote.
type TextInput struct {
	Text string `json:"text"`
}

// ImageInput is an image by its URL, usually a data: URL.
type ImageInput struct {
	ImageURL string `json:"image_url"`
}

// LocalImageInput is an image file that is read when the model's item is
// built.
type LocalImageInput struct {
	Path string `json:"path"`
}

var _ = wire.Register[InputItem](wire.Internal("type"),
	wire.Of[TextInput]("text"),
	wire.Of[ImageInput]("image"),
	wire.Of[LocalImageInput]("local_image"),
)

func (*TextInput) isInputItem()       {}
func (*ImageInput) isInputItem()      {}
func (*LocalImageInput) isInputItem() {}

// ClientInput is one piece of a user's input in the form of the app-server
// protocol: {"type": ..., "data": {...}}. Items map one to one to [InputItem].
// (spec: app-server, shared types)
type ClientInput interface {
	// Input returns the core form.
	Input() InputItem
	isClientInput()
}

// TextClientInput has the type "text".
type TextClientInput struct {
	Text string `json:"text"`
}

// ImageClientInput has the type "image".
type ImageClientInput struct {
	ImageURL string `json:"image_url"`
}

// LocalImageClientInput has the type "localImage".
type LocalImageClientInput struct {
	Path string `json:"path"`
}

var _ = wire.Register[ClientInput](wire.Adjacent("type", "data"),
	wire.Of[TextClientInput]("text"),
	wire.Of[ImageClientInput]("image"),
	wire.Of[LocalImageClientInput]("localImage"),
)

func (*TextClientInput) isClientInput()       {}
func (*ImageClientInput) isClientInput()      {}
func (*LocalImageClientInput) isClientInput() {}

// Input returns a [*TextInput].
func (i *TextClientInput) Input() InputItem { return &TextInput{Text: i.Text} }

// Input returns an [*ImageInput].
func (i *ImageClientInput) Input() InputItem { return &ImageInput{ImageURL: i.ImageURL} }

// Input returns a [*LocalImageInput].
func (i *LocalImageClientInput) Input() InputItem { return &LocalImageInput{Path: i.Path} }
