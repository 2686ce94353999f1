package session

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

// A reviewer's answer, as models write it. (spec: events-and-rollouts, do
// better)
func TestParseReview(t *testing.T) {
	t.Parallel()
	const whole = `{"findings":[],"overall_correctness":"patch is correct","overall_explanation":"Fine.","overall_confidence_score":0.75}`
	fine := &protocol.ReviewOutput{
		Findings: []protocol.ReviewFinding{}, OverallCorrectness: "patch is correct", OverallExplanation: "Fine.", OverallConfidenceScore: 0.75,
	}
	plain := func(text string) *protocol.ReviewOutput {
		return &protocol.ReviewOutput{Findings: []protocol.ReviewFinding{}, OverallExplanation: text}
	}
	finding := func(priority int32, title string) *protocol.ReviewOutput {
		return &protocol.ReviewOutput{
			Findings: []protocol.ReviewFinding{{
				Title: title, Body: "b", Priority: priority,
				CodeLocation: protocol.ReviewCodeLocation{AbsoluteFilePath: "/a", LineRange: protocol.ReviewLineRange{Start: 1, End: 2}},
			}},
			OverallCorrectness: "patch is incorrect", OverallExplanation: "No.",
		}
	}
	with := func(finding string) string {
		return `{"findings":[{` + finding + `,"body":"b","code_location":{"absolute_file_path":"/a","line_range":{"start":1,"end":2}}}],"overall_correctness":"patch is incorrect","overall_explanation":"No."}`
	}
	for _, c := range []struct {
		name, text string
		want       *protocol.ReviewOutput
	}{
		{"whole", whole, fine},
		{"white space around", "\n " + whole + "\n", fine},
		{"prose around", "Here it is: " + whole + " Anything else?", fine},
		{"fenced", "```json\n" + whole + "\n```", fine},
		{"other braces before it", "The struct {a} and {\"b\":1}: " + whole, fine},
		{"other braces behind it", whole + " {}", fine},
		{"prose", "Looks good.", plain("Looks good.")},
		{"empty", "", plain("")},
		{"not whole", `{"findings":[]}`, plain(`{"findings":[]}`)},
		{"cut off", whole[:40], plain(whole[:40])},
		{"priority", with(`"title":"t","priority":2`), finding(2, "t")},
		{"no priority", with(`"title":"t"`), finding(0, "t")},
		{"null priority", with(`"title":"t","priority":null`), finding(0, "t")},
		{"priority in the title", with(`"title":"[P3] t"`), finding(3, "[P3] t")},
		{"a tag that is none", with(`"title":"[P9] t"`), finding(0, "[P9] t")},
		{"a short title", with(`"title":"[P"`), finding(0, "[P")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, parseReview(c.text)); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

// A model may say anything.
func FuzzParseReview(f *testing.F) {
	f.Add(`{"findings":[{"title":"[P1] t","body":"b","code_location":{"absolute_file_path":"/a","line_range":{"start":1,"end":2}}}],"overall_correctness":"x","overall_explanation":"y"}`)
	f.Add("{{{{")
	f.Fuzz(func(t *testing.T, text string) {
		out := parseReview(text)
		if out == nil || out.Findings == nil {
			t.Fatal("no result")
		}
		if _, err := protocol.Append(nil, out); err != nil {
			t.Fatal(err)
		}
	})
}
