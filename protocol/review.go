package protocol

// ReviewRequest asks for a review. It is also the payload of the event that
// reports the start of one.
type ReviewRequest struct {
	Prompt         string `json:"prompt"`
	UserFacingHint string `json:"user_facing_hint"`
}

// ReviewOutput is the result of a review. Models leave scores and priorities
// out now and then.
type ReviewOutput struct {
	Findings               []ReviewFinding `json:"findings"`
	OverallCorrectness     string          `json:"overall_correctness"`
	OverallExplanation     string          `json:"overall_explanation"`
	OverallConfidenceScore float32         `json:"overall_confidence_score" wire:"optional"`
}

// ReviewFinding is one remark of a review.
type ReviewFinding struct {
	Title           string             `json:"title"`
	Body            string             `json:"body"`
	ConfidenceScore float32            `json:"confidence_score" wire:"optional"`
	Priority        int32              `json:"priority" wire:"optional"`
	CodeLocation    ReviewCodeLocation `json:"code_location"`
}

// ReviewCodeLocation is the place of a finding.
type ReviewCodeLocation struct {
	AbsoluteFilePath string          `json:"absolute_file_path"`
	LineRange        ReviewLineRange `json:"line_range"`
}

// ReviewLineRange is a range of lines, both ends included, counted from one.
type ReviewLineRange struct {
	Start uint32 `json:"start"`
	End   uint32 `json:"end"`
}
