package session

import (
	"encoding/json"
	"strings"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/protocol"
)

// reviewOp starts a review: a turn with a history, a model and instructions of
// its own. A running task is replaced. (spec: agent-loop, review mode)
func (s *Session) reviewOp(sub submission, r protocol.ReviewRequest) {
	set := s.current().forReview(s.o.Config)
	own := &history{items: append(s.initialContext(set), prompt.ReviewItem(r.Prompt))}
	s.start(sub, &task{
		kind:     reviewTask,
		settings: set,
		history:  own,
		run: func(t *task) *string {
			s.emit(t, &protocol.EnteredReviewModeEvent{ReviewRequest: r})
			s.emit(t, &protocol.TaskStartedEvent{ModelContextWindow: set.contextWindow})
			return s.converse(t)
		},
		exit: s.exitReview,
	})
}

// exitReview reports the result of a review and notes it in the conversation,
// whose record is complete when the report is seen.
func (s *Session) exitReview(t *task, last *string) {
	var result *protocol.ReviewOutput
	if last != nil {
		result = parseReview(*last)
	}
	exited := &protocol.ExitedReviewModeEvent{ReviewOutput: result}
	s.persist(&protocol.EventMsgLine{Msg: exited})
	s.record(nil, prompt.ReviewNoteItem(result))
	s.flush()
	s.log.Publish(event.Event{SubmissionID: t.submissionID, TurnID: t.turnID, Msg: exited})
}

// parseReview reads the reviewer's answer. Anything that is not the JSON it was
// asked for counts as an explanation.
func parseReview(text string) *protocol.ReviewOutput {
	for start := strings.IndexByte(text, '{'); start >= 0; {
		var out reviewOutput
		d := json.NewDecoder(strings.NewReader(text[start:]))
		if err := d.Decode(&out); err == nil && out.complete() {
			return out.review()
		}
		next := strings.IndexByte(text[start+1:], '{')
		if next < 0 {
			break
		}
		start += 1 + next
	}
	return &protocol.ReviewOutput{Findings: []protocol.ReviewFinding{}, OverallExplanation: text}
}

// reviewOutput is a reviewer's answer as models write it: scores and priorities
// may be missing.
type reviewOutput struct {
	Findings               *[]reviewFinding `json:"findings"`
	OverallCorrectness     *string          `json:"overall_correctness"`
	OverallExplanation     *string          `json:"overall_explanation"`
	OverallConfidenceScore float32          `json:"overall_confidence_score"`
}

type reviewFinding struct {
	Title           string                      `json:"title"`
	Body            string                      `json:"body"`
	ConfidenceScore float32                     `json:"confidence_score"`
	Priority        *int32                      `json:"priority"`
	CodeLocation    protocol.ReviewCodeLocation `json:"code_location"`
}

func (r *reviewOutput) complete() bool {
	return r.Findings != nil && r.OverallCorrectness != nil && r.OverallExplanation != nil
}

func (r *reviewOutput) review() *protocol.ReviewOutput {
	out := &protocol.ReviewOutput{
		Findings:               make([]protocol.ReviewFinding, len(*r.Findings)),
		OverallCorrectness:     *r.OverallCorrectness,
		OverallExplanation:     *r.OverallExplanation,
		OverallConfidenceScore: r.OverallConfidenceScore,
	}
	for i, f := range *r.Findings {
		out.Findings[i] = protocol.ReviewFinding{
			Title: f.Title, Body: f.Body, ConfidenceScore: f.ConfidenceScore,
			Priority: priority(f), CodeLocation: f.CodeLocation,
		}
	}
	return out
}

// priority returns the stated priority, or the one in the title's tag, [P0] to
// [P3].
func priority(f reviewFinding) int32 {
	if f.Priority != nil {
		return *f.Priority
	}
	if len(f.Title) >= 4 && f.Title[:2] == "[P" && f.Title[3] == ']' && f.Title[2] >= '0' && f.Title[2] <= '3' {
		return int32(f.Title[2] - '0')
	}
	return 0
}
