package protocol

import "github.com/codex-go/codex/mcptypes/wire"

// AskForApproval says when a conversation asks its user before it runs a
// command or applies a patch. The default is on-request.
type AskForApproval string

// Values of AskForApproval.
const (
	AskUntrusted AskForApproval = "untrusted"
	AskOnFailure AskForApproval = "on-failure"
	AskOnRequest AskForApproval = "on-request"
	AskNever     AskForApproval = "never"
)

// SandboxMode is the short form of a [SandboxPolicy], used where the details
// come from the configuration. The default is read-only.
type SandboxMode string

// Values of SandboxMode.
const (
	SandboxReadOnly         SandboxMode = "read-only"
	SandboxWorkspaceWrite   SandboxMode = "workspace-write"
	SandboxDangerFullAccess SandboxMode = "danger-full-access"
)

// ReasoningEffort is how much a reasoning model should think.
type ReasoningEffort string

// Values of ReasoningEffort.
const (
	EffortMinimal ReasoningEffort = "minimal"
	EffortLow     ReasoningEffort = "low"
	EffortMedium  ReasoningEffort = "medium"
	EffortHigh    ReasoningEffort = "high"
)

// ReasoningSummary is how a reasoning model should sum up its thoughts. The
// default is auto.
type ReasoningSummary string

// Values of ReasoningSummary.
const (
	SummaryAuto     ReasoningSummary = "auto"
	SummaryConcise  ReasoningSummary = "concise"
	SummaryDetailed ReasoningSummary = "detailed"
	SummaryNone     ReasoningSummary = "none"
)

// Verbosity is how long the answers of a model should be.
type Verbosity string

// Values of Verbosity.
const (
	VerbosityLow    Verbosity = "low"
	VerbosityMedium Verbosity = "medium"
	VerbosityHigh   Verbosity = "high"
)

// ReviewDecision is a user's answer to an approval request. A lost answer
// counts as denied.
type ReviewDecision string

// Values of ReviewDecision.
const (
	ReviewApproved           ReviewDecision = "approved"
	ReviewApprovedForSession ReviewDecision = "approved_for_session"
	ReviewDenied             ReviewDecision = "denied"
	ReviewAbort              ReviewDecision = "abort"
)

// TurnAbortReason says why a turn ended before its time.
type TurnAbortReason string

// Values of TurnAbortReason.
const (
	AbortInterrupted TurnAbortReason = "interrupted"
	AbortReplaced    TurnAbortReason = "replaced"
	AbortReviewEnded TurnAbortReason = "review_ended"
)

// InputMessageKind says where the text of a user message came from.
type InputMessageKind string

// Values of InputMessageKind.
const (
	KindPlain              InputMessageKind = "plain"
	KindUserInstructions   InputMessageKind = "user_instructions"
	KindEnvironmentContext InputMessageKind = "environment_context"
)

// ExecOutputStream names an output stream of a command.
type ExecOutputStream string

// Values of ExecOutputStream.
const (
	StreamStdout ExecOutputStream = "stdout"
	StreamStderr ExecOutputStream = "stderr"
)

// StepStatus is the state of one step of a plan.
type StepStatus string

// Values of StepStatus.
const (
	StepPending    StepStatus = "pending"
	StepInProgress StepStatus = "in_progress"
	StepCompleted  StepStatus = "completed"
)

// LocalShellStatus is the state of a [LocalShellCallItem].
type LocalShellStatus string

// Values of LocalShellStatus.
const (
	LocalShellCompleted  LocalShellStatus = "completed"
	LocalShellInProgress LocalShellStatus = "in_progress"
	LocalShellIncomplete LocalShellStatus = "incomplete"
)

// AuthMode is how the user is signed in.
type AuthMode string

// Values of AuthMode.
const (
	AuthAPIKey  AuthMode = "apikey"
	AuthChatGPT AuthMode = "chatgpt"
)

// SessionSource says which door a conversation came in through. Listings show
// conversations from cli, vscode and without a source. Other texts are kept as
// they came.
type SessionSource string

// Values of SessionSource.
const (
	SourceCLI    SessionSource = "cli"
	SourceVSCode SessionSource = "vscode" // the app-server
	SourceExec   SessionSource = "exec"
	SourceMCP    SessionSource = "mcp"
	// SourceUnknown stands for every source that is not a string, as newer
	// releases write for what agents start themselves.
	SourceUnknown SessionSource = "unknown"
)

// DecodeWire reads any text, and any other value as [SourceUnknown], so that a
// source of a newer release does not hide its conversation.
func (s *SessionSource) DecodeWire(d *wire.Decoder) (err error) {
	if d.Kind() != wire.KindString {
		*s = SourceUnknown
		return d.Skip()
	}
	text, err := d.String()
	*s = SessionSource(text)
	return err
}

// Values returns the wire values of the enum, in the order of the
// specification. The codec refuses others.
func (AskForApproval) Values() []string {
	return []string{"untrusted", "on-failure", "on-request", "never"}
}

// Values returns the wire values of the enum.
func (SandboxMode) Values() []string {
	return []string{"read-only", "workspace-write", "danger-full-access"}
}

// Values returns the wire values of the enum.
func (ReasoningEffort) Values() []string { return []string{"minimal", "low", "medium", "high"} }

// Values returns the wire values of the enum.
func (ReasoningSummary) Values() []string { return []string{"auto", "concise", "detailed", "none"} }

// Values returns the wire values of the enum.
func (Verbosity) Values() []string { return []string{"low", "medium", "high"} }

// Values returns the wire values of the enum.
func (ReviewDecision) Values() []string {
	return []string{"approved", "approved_for_session", "denied", "abort"}
}

// Values returns the wire values of the enum.
func (TurnAbortReason) Values() []string { return []string{"interrupted", "replaced", "review_ended"} }

// Values returns the wire values of the enum.
func (InputMessageKind) Values() []string {
	return []string{"plain", "user_instructions", "environment_context"}
}

// Values returns the wire values of the enum.
func (ExecOutputStream) Values() []string { return []string{"stdout", "stderr"} }

// Values returns the wire values of the enum.
func (StepStatus) Values() []string { return []string{"pending", "in_progress", "completed"} }

// Values returns the wire values of the enum.
func (LocalShellStatus) Values() []string { return []string{"completed", "in_progress", "incomplete"} }

// Values returns the wire values of the enum.
func (AuthMode) Values() []string { return []string{"apikey", "chatgpt"} }
