package protocol

import (
	"encoding/json"

	"github.com/codex-go/codex/mcptypes/wire"
)

// Op is an operation that a client submits to a conversation, tagged by
// "type". (spec: events-and-rollouts, operations)
type Op interface{ isOp() }

// Submission is an operation with the id that its events will carry.
type Submission struct {
	ID string `json:"id"`
	Op Op     `json:"op"`
}

// InterruptOp aborts the running task.
type InterruptOp struct{}

// UserInputOp starts a turn with the conversation's settings, or joins the
// running one.
type UserInputOp struct {
	Items []InputItem `json:"items"`
}

// UserTurnOp starts a turn with settings of its own, which become the
// conversation's.
type UserTurnOp struct {
	Items                 []InputItem      `json:"items"`
	Cwd                   string           `json:"cwd"`
	ApprovalPolicy        AskForApproval   `json:"approval_policy"`
	SandboxPolicy         SandboxPolicy    `json:"sandbox_policy"`
	Model                 string           `json:"model"`
	Effort                ReasoningEffort  `json:"effort,omitzero"`
	Summary               ReasoningSummary `json:"summary"`
	FinalOutputJSONSchema json.RawMessage  `json:"final_output_json_schema" wire:"nullable"`
}

// OverrideTurnContextOp changes the settings of later turns. A zero field
// keeps what is set; Effort tells keeping, clearing and setting apart.
type OverrideTurnContextOp struct {
	Cwd            string                    `json:"cwd,omitzero"`
	ApprovalPolicy AskForApproval            `json:"approval_policy,omitzero"`
	SandboxPolicy  SandboxPolicy             `json:"sandbox_policy,omitzero"`
	Model          string                    `json:"model,omitzero"`
	Effort         Optional[ReasoningEffort] `json:"effort,omitzero"`
	Summary        ReasoningSummary          `json:"summary,omitzero"`
}

// ExecApprovalOp answers an [*ExecApprovalRequestEvent]. ID is the id of that
// event, or the call id it names.
type ExecApprovalOp struct {
	ID       string         `json:"id"`
	Decision ReviewDecision `json:"decision"`
}

// PatchApprovalOp answers an [*ApplyPatchApprovalRequestEvent].
type PatchApprovalOp struct {
	ID       string         `json:"id"`
	Decision ReviewDecision `json:"decision"`
}

// AddToHistoryOp appends to the message history.
type AddToHistoryOp struct {
	Text string `json:"text"`
}

// GetHistoryEntryRequestOp asks for an entry of the message history.
type GetHistoryEntryRequestOp struct {
	Offset uint64 `json:"offset"`
	LogID  uint64 `json:"log_id"`
}

// GetPathOp flushes the rollout and asks for its path.
type GetPathOp struct{}

// ListMcpToolsOp asks for the tools of the MCP servers.
type ListMcpToolsOp struct{}

// ListCustomPromptsOp asks for the user's prompt files.
type ListCustomPromptsOp struct{}

// CompactOp sums the conversation up and goes on from the summary.
type CompactOp struct{}

// ReviewOp starts a review.
type ReviewOp struct {
	ReviewRequest ReviewRequest `json:"review_request"`
}

// ShutdownOp ends the conversation.
type ShutdownOp struct{}

// The operations. A new one is added here.
var _ = wire.Register[Op](wire.Internal("type"),
	wire.Of[InterruptOp]("interrupt"),
	wire.Of[UserInputOp]("user_input"),
	wire.Of[UserTurnOp]("user_turn"),
	wire.Of[OverrideTurnContextOp]("override_turn_context"),
	wire.Of[ExecApprovalOp]("exec_approval"),
	wire.Of[PatchApprovalOp]("patch_approval"),
	wire.Of[AddToHistoryOp]("add_to_history"),
	wire.Of[GetHistoryEntryRequestOp]("get_history_entry_request"),
	wire.Of[GetPathOp]("get_path"),
	wire.Of[ListMcpToolsOp]("list_mcp_tools"),
	wire.Of[ListCustomPromptsOp]("list_custom_prompts"),
	wire.Of[CompactOp]("compact"),
	wire.Of[ReviewOp]("review"),
	wire.Of[ShutdownOp]("shutdown"),
)

func (*InterruptOp) isOp()              {}
func (*UserInputOp) isOp()              {}
func (*UserTurnOp) isOp()               {}
func (*OverrideTurnContextOp) isOp()    {}
func (*ExecApprovalOp) isOp()           {}
func (*PatchApprovalOp) isOp()          {}
func (*AddToHistoryOp) isOp()           {}
func (*GetHistoryEntryRequestOp) isOp() {}
func (*GetPathOp) isOp()                {}
func (*ListMcpToolsOp) isOp()           {}
func (*ListCustomPromptsOp) isOp()      {}
func (*CompactOp) isOp()                {}
func (*ReviewOp) isOp()                 {}
func (*ShutdownOp) isOp()               {}
