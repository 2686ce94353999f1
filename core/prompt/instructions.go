package prompt

import (
	_ "embed"

	"github.com/codex-go/codex/core/models"
	"github.com/codex-go/codex/core/patch"
	"github.com/codex-go/codex/protocol"
)

// The texts are part of how well the agent works: change them with the same
// care as code, and remember that they are sent with every request.
var (
	//go:embed text/general.md
	generalText string
	//go:embed text/codex.md
	codexText string
	//go:embed text/review.md
	reviewText string
	//go:embed text/summarize.md
	summarizeText string
)

// patchText tells models that were not trained on it how to edit files.
const patchText = "## apply_patch\n\n" +
	"Edit files with the `apply_patch` command, through the shell tool: {\"command\":[\"apply_patch\",\"*** Begin Patch\\n*** Add File: hello.txt\\n+Hello\\n*** End Patch\\n\"]}\n\n" +
	patch.Guide + "\n"

// InstructionsOptions say what the instructions depend on.
type InstructionsOptions struct {
	Family models.Family
	// Override replaces the family's text when it is not nil.
	Override *string
	// HasApplyPatchTool says that the request offers a tool named apply_patch,
	// whose description tells what the text would.
	HasApplyPatchTool bool
}

// Instructions returns the instructions of a model call. They depend on the
// options alone, so that the provider can cache them. (spec: agent-loop,
// instructions)
func Instructions(o InstructionsOptions) string {
	if o.Override != nil {
		return *o.Override
	}
	text := generalText
	if o.Family.BaseText == models.BaseTextCodex {
		text = codexText
	}
	if o.Family.ApplyPatchText && !o.HasApplyPatchTool {
		text += "\n" + patchText
	}
	return text
}

// ReviewInstructions returns the instructions of a review.
func ReviewInstructions() string { return reviewText }

// ReviewItem returns the message that starts a review.
func ReviewItem(request string) *protocol.MessageItem {
	return userText(reviewText + "\n\n---\n\nNow carry out this review:\n\n" + request)
}

// SummarizeItem returns the message that asks for a summary of the
// conversation.
func SummarizeItem() *protocol.MessageItem { return userText(summarizeText) }
