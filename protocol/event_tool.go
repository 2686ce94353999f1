package protocol

// McpToolCallBeginEvent precedes a call of an MCP tool.
type McpToolCallBeginEvent struct {
	CallID     string        `json:"call_id"`
	Invocation McpInvocation `json:"invocation"`
}

// McpToolCallEndEvent follows a call of an MCP tool.
type McpToolCallEndEvent struct {
	CallID     string        `json:"call_id"`
	Invocation McpInvocation `json:"invocation"`
	Duration   Duration      `json:"duration"`
	Result     McpCallResult `json:"result"`
}

// McpCallResult is {"Ok": result} or {"Err": text}. Err counts when Ok is nil.
type McpCallResult struct {
	Ok  *McpToolResult
	Err string
}

// WebSearchBeginEvent reports that the provider began a web search.
type WebSearchBeginEvent struct {
	CallID string `json:"call_id"`
}

// WebSearchEndEvent reports a finished web search.
type WebSearchEndEvent struct {
	CallID string `json:"call_id"`
	Query  string `json:"query"`
}

// ExecCommandBeginEvent precedes a command.
type ExecCommandBeginEvent struct {
	CallID    string          `json:"call_id"`
	Command   []string        `json:"command"`
	Cwd       string          `json:"cwd"`
	ParsedCmd []ParsedCommand `json:"parsed_cmd"`
}

// ExecCommandOutputDeltaEvent is a piece of a command's output, at most 8192
// bytes. It may split a character.
type ExecCommandOutputDeltaEvent struct {
	CallID string           `json:"call_id"`
	Stream ExecOutputStream `json:"stream"`
	Chunk  []byte           `json:"chunk"` // base64 on the wire
}

// ExecCommandEndEvent follows a command, also one that failed.
type ExecCommandEndEvent struct {
	CallID           string   `json:"call_id"`
	Stdout           string   `json:"stdout"`
	Stderr           string   `json:"stderr"`
	AggregatedOutput string   `json:"aggregated_output" wire:"optional"` // both streams as they came
	ExitCode         int32    `json:"exit_code"`
	Duration         Duration `json:"duration"`
	FormattedOutput  string   `json:"formatted_output"` // the text that the model gets
}

// ViewImageToolCallEvent reports that the model looked at an image file.
type ViewImageToolCallEvent struct {
	CallID string `json:"call_id"`
	Path   string `json:"path"` // absolute
}

// ExecApprovalRequestEvent asks the user whether a command may run.
type ExecApprovalRequestEvent struct {
	CallID  string   `json:"call_id"`
	Command []string `json:"command"`
	Cwd     string   `json:"cwd"`
	Reason  string   `json:"reason,omitzero"`
}

// ApplyPatchApprovalRequestEvent asks the user whether a patch may be applied.
type ApplyPatchApprovalRequestEvent struct {
	CallID    string      `json:"call_id"`
	Changes   FileChanges `json:"changes"`
	Reason    string      `json:"reason,omitzero"`
	GrantRoot string      `json:"grant_root,omitzero"`
}

// PatchApplyBeginEvent precedes a patch. AutoApproved is false only when the
// user approved this very patch.
type PatchApplyBeginEvent struct {
	CallID       string      `json:"call_id"`
	AutoApproved bool        `json:"auto_approved"`
	Changes      FileChanges `json:"changes"`
}

// PatchApplyEndEvent follows a patch.
type PatchApplyEndEvent struct {
	CallID  string `json:"call_id"`
	Stdout  string `json:"stdout"`
	Stderr  string `json:"stderr"`
	Success bool   `json:"success"`
}
