package prompt_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/protocol"
)

func TestReviewNoteItem(t *testing.T) {
	t.Parallel()
	finding := func(title, body string, start, end uint32) protocol.ReviewFinding {
		return protocol.ReviewFinding{Title: title, Body: body, CodeLocation: protocol.ReviewCodeLocation{
			AbsoluteFilePath: "/w/a.go", LineRange: protocol.ReviewLineRange{Start: start, End: end},
		}}
	}
	const complete = "The user started a review. The complete output of the reviewer follows. The user may pick one or more of the comments to resolve."
	for _, c := range []struct {
		name   string
		result *protocol.ReviewOutput
		want   string
	}{
		{"interrupted", nil, `<user_action>
  <context>The user started a review, and it was interrupted. If they ask about it, tell them to start it again with ` + "`/review`" + `.</context>
  <action>review</action>
  <results>
  None.
  </results>
</user_action>
`},
		{"no findings", &protocol.ReviewOutput{OverallExplanation: "  Fine.\n"}, `<user_action>
  <context>` + complete + `</context>
  <action>review</action>
  <results>
  Fine.
  </results>
</user_action>
`},
		{"one finding", &protocol.ReviewOutput{
			OverallExplanation: "Not fine.",
			Findings:           []protocol.ReviewFinding{finding("[P1] Close the file", "It leaks.", 3, 5)},
		}, `<user_action>
  <context>` + complete + `</context>
  <action>review</action>
  <results>
  Not fine.

Review comment:

- [P1] Close the file — /w/a.go:3-5
  It leaks.
  </results>
</user_action>
`},
		{"two findings", &protocol.ReviewOutput{
			OverallExplanation: "Not fine.",
			Findings:           []protocol.ReviewFinding{finding("A", "one\ntwo", 1, 1), finding("B", "three", 2, 2)},
		}, `<user_action>
  <context>` + complete + `</context>
  <action>review</action>
  <results>
  Not fine.

Full review comments:

- A — /w/a.go:1-1
  one
  two

- B — /w/a.go:2-2
  three
  </results>
</user_action>
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, textOf(t, prompt.ReviewNoteItem(c.result))); diff != "" {
				t.Errorf("note (-want +got):\n%s", diff)
			}
		})
	}
}
