package approval

import (
	"fmt"

	"github.com/codex-go/codex/protocol"
)

// Action is what happens to a command or a patch.
type Action int

// Actions.
const (
	// Run carries it out without a question.
	Run Action = iota
	// Ask puts it to the user first.
	Ask
	// Reject refuses it without a question.
	Reject
)

// String returns the name of the action.
func (a Action) String() string {
	switch a {
	case Run:
		return "run"
	case Ask:
		return "ask"
	case Reject:
		return "reject"
	}
	return fmt.Sprintf("Action(%d)", int(a))
}

// Verdict is a decision.
type Verdict struct {
	Action Action
	// Sandboxed says that Run happens inside the sandbox.
	Sandboxed bool
	// AsCommand says that Ask is about the command that applies the patch, not
	// about the patch.
	AsCommand bool
	// Reason says why it was rejected, for the model.
	Reason string
}

// CommandFacts is what a decision about a command depends on.
type CommandFacts struct {
	Policy    protocol.AskForApproval
	Sandbox   protocol.SandboxPolicy
	Escalated bool // the model asked to run outside the sandbox
	Trusted   bool // known to do no harm
	Dangerous bool // known to be able to
	Granted   bool // the user approved it for the rest of the conversation
	// SandboxAvailable says whether this machine can enforce Sandbox.
	SandboxAvailable bool
}

// Escalation checks a request to run outside the sandbox against the policy,
// before anything else. It returns the refusal for the model, or "".
// (spec: exec-and-tools, escalation guard)
func Escalation(policy protocol.AskForApproval, escalated bool) string {
	if !escalated || policy == protocol.AskOnRequest {
		return ""
	}
	return fmt.Sprintf("the approval policy is %q: do not ask for escalated permissions under it", policy)
}

// Command decides about a command. (spec: exec-and-tools, commands)
func Command(f CommandFacts) Verdict {
	full := f.Sandbox.Mode() == protocol.SandboxDangerFullAccess
	switch {
	case f.Granted:
		return Verdict{Action: Run}
	case f.Dangerous && f.Policy == protocol.AskNever:
		return Verdict{Action: Reject, Reason: "the command is dangerous, and the approval settings of the user refuse it"}
	case f.Dangerous:
		return Verdict{Action: Ask}
	case f.Trusted:
		// Reading needs no more than the sandbox gives, whatever was asked for:
		// a repository may tell git to run something. Where there is no sandbox a
		// trusted command still runs.
		return Verdict{Action: Run, Sandboxed: !full && f.SandboxAvailable}
	case f.Policy == protocol.AskUntrusted:
		return Verdict{Action: Ask}
	case full:
		return Verdict{Action: Run}
	case f.Policy == protocol.AskOnRequest && f.Escalated:
		return Verdict{Action: Ask}
	case f.SandboxAvailable:
		return Verdict{Action: Run, Sandboxed: true}
	case f.Policy == protocol.AskNever:
		return Verdict{Action: Reject, Reason: "the command is not on the list of trusted commands, and there is no sandbox to run it in"}
	}
	return Verdict{Action: Ask}
}

// PatchFacts is what a decision about a patch depends on.
type PatchFacts struct {
	Policy    protocol.AskForApproval
	Sandbox   protocol.SandboxPolicy
	Empty     bool // no changes
	Escalated bool // the model asked to apply it outside the sandbox
	// Inside says that every touched path may be written under Sandbox, with
	// the symbolic links of existing parents resolved.
	Inside bool
	// Overwrites says that the patch would replace a file that it claims to
	// add.
	Overwrites bool
	// SandboxAvailable says whether this machine can enforce Sandbox.
	SandboxAvailable bool
}

// Patch decides about a verified patch. (spec: exec-and-tools, patches)
func Patch(f PatchFacts) Verdict {
	never := f.Policy == protocol.AskNever
	switch {
	case f.Empty:
		return Verdict{Action: Reject, Reason: "the patch is empty"}
	case f.Policy == protocol.AskUntrusted:
		return Verdict{Action: Ask}
	case f.Sandbox.Mode() == protocol.SandboxDangerFullAccess:
		return Verdict{Action: Run}
	case f.Overwrites && f.Inside && never:
		return Verdict{Action: Reject, Reason: "it adds a file that exists already; update the file, or delete it first"}
	case f.Overwrites && f.Inside:
		return Verdict{Action: Ask}
	case f.SandboxAvailable && f.Inside && f.Escalated && f.Policy == protocol.AskOnRequest:
		return Verdict{Action: Ask, AsCommand: true}
	case f.SandboxAvailable && (f.Inside || f.Policy == protocol.AskOnFailure):
		return Verdict{Action: Run, Sandboxed: true}
	case f.Inside && never:
		return Verdict{Action: Reject, Reason: "there is no sandbox to apply it in, and the approval settings of the user refuse to ask"}
	case never:
		return Verdict{Action: Reject, Reason: "it writes outside of the project, and the approval settings of the user refuse that"}
	}
	return Verdict{Action: Ask}
}
