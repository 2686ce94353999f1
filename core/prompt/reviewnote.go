package prompt

import (
	"fmt"
	"strings"

	"github.com/codex-go/codex/protocol"
)

// ReviewNoteItem returns the message that tells the conversation how a review
// ended. result is nil when it was interrupted. (spec: agent-loop, review exit)
func ReviewNoteItem(result *protocol.ReviewOutput) *protocol.MessageItem {
	note := "The user started a review, and it was interrupted. If they ask about it, tell them to start it again with `/review`."
	results := "None."
	if result != nil {
		note = "The user started a review. The complete output of the reviewer follows. The user may pick one or more of the comments to resolve."
		results = strings.TrimSpace(result.OverallExplanation)
		if len(result.Findings) > 0 {
			results += "\n" + findings(result.Findings)
		}
	}
	return userText(actionOpen + "\n  <context>" + note + "</context>\n  <action>review</action>\n  <results>\n  " + results + "\n  </results>\n" + actionClose + "\n")
}

// findings renders the remarks of a review.
func findings(all []protocol.ReviewFinding) string {
	var b strings.Builder
	heading := "Review comment:"
	if len(all) > 1 {
		heading = "Full review comments:"
	}
	b.WriteString("\n" + heading + "\n")
	for _, f := range all {
		l := f.CodeLocation
		fmt.Fprintf(&b, "\n- %s — %s:%d-%d\n", f.Title, l.AbsoluteFilePath, l.LineRange.Start, l.LineRange.End)
		for line := range strings.SplitSeq(f.Body, "\n") {
			b.WriteString("  " + line + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
