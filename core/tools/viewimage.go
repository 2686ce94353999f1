package tools

import (
	"github.com/codex-go/codex/core/imagefile"
	"github.com/codex-go/codex/protocol"
)

// viewImage attaches an image file to the turn. A file that the model cannot
// see as an image is refused at once. (spec: exec-and-tools, view_image)
func viewImage(h Host, call *protocol.FunctionCallItem) Result {
	var args struct {
		Path string `json:"path"`
	}
	if err := protocol.Unmarshal([]byte(call.Arguments), &args); err != nil {
		return badArguments(err)
	}
	path := joined(h.Cwd(), args.Path)
	if err := imagefile.Check(path); err != nil {
		return failed("unable to attach the image: %v", err)
	}
	h.Emit(call.CallID, &protocol.ViewImageToolCallEvent{CallID: call.CallID, Path: path})
	h.Attach([]protocol.InputItem{&protocol.LocalImageInput{Path: path}})
	return Result{Text: "attached local image path", Success: true}
}
