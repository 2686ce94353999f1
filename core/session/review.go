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
			s.o.Tools.Prepare(t.ctx)
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

// reviewTries bounds how many places of an answer are tried as the beginning of
// the result.
const reviewTries = 64

// parseReview reads the reviewer's answer: the first JSON object in it that is a
// result. An answer without one counts as an explanation.
// (spec: events-and-rollouts, do better)
func parseReview(text string) *protocol.ReviewOutput {
	rest := text
	for range reviewTries {
		start := strings.IndexByte(rest, '{')
		if start < 0 {
			break
		}
		rest = rest[start:]
		var object json.RawMessage
		var out reviewOutput
		if json.NewDecoder(strings.NewReader(rest)).Decode(&object) == nil && protocol.Unmarshal(object, &out) == nil {
			return out.review()
		}
		rest = rest[1:]
	}
	return &protocol.ReviewOutput{Findings: []protocol.ReviewFinding{}, OverallExplanation: text}
}

// reviewOutput is a reviewer's answer as models write it: scores and priorities
// may be missing.
type reviewOutput struct {
	Findings               []reviewFinding `json:"findings"`
	OverallCorrectness     string          `json:"overall_correctness"`
	OverallExplanation     string          `json:"overall_explanation"`
	OverallConfidenceScore float32         `json:"overall_confidence_score,omitzero"`
}

type reviewFinding struct {
	Title           string                      `json:"title"`
	Body            string                      `json:"body"`
	ConfidenceScore float32                     `json:"confidence_score,omitzero"`
	Priority        *int32                      `json:"priority,omitzero"`
	CodeLocation    protocol.ReviewCodeLocation `json:"code_location"`
}

func (r *reviewOutput) review() *protocol.ReviewOutput {
	out := &protocol.ReviewOutput{
		Findings:               make([]protocol.ReviewFinding, len(r.Findings)),
		OverallCorrectness:     r.OverallCorrectness,
		OverallExplanation:     r.OverallExplanation,
		OverallConfidenceScore: r.OverallConfidenceScore,
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		out.Findings[i] = protocol.ReviewFinding{
			Title: f.Title, Body: f.Body, ConfidenceScore: f.ConfidenceScore,
			Priority: f.priority(), CodeLocation: f.CodeLocation,
		}
	}
	return out
}

// priority returns the stated priority, or the one in the title's tag, [P0] to
// [P3].
func (f *reviewFinding) priority() int32 {
	if f.Priority != nil {
		return *f.Priority
	}
	if t := f.Title; len(t) >= 4 && t[:2] == "[P" && t[3] == ']' && t[2] >= '0' && t[2] <= '3' {
		return int32(t[2] - '0')
	}
	return 0
}
