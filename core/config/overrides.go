package config

import (
	"encoding/json"

	"github.com/codex-go/codex/protocol"
)

// Overrides are the settings that a command line or a request gives for one
// conversation. A zero field overrides nothing; an empty model or profile that was
// given is no zero field.
// (spec: config-and-auth, typed overrides by entry point)
type Overrides struct {
	Model          *string
	ReviewModel    string
	Profile        *string
	ModelProvider  string
	Cwd            string // relative to the loader's Cwd
	ApprovalPolicy protocol.AskForApproval
	SandboxMode    protocol.SandboxMode

	BaseInstructions      *string
	IncludePlanTool       *bool
	IncludeApplyPatchTool *bool
	ViewImage             *bool
	WebSearch             *bool
	ShowRawReasoning      *bool

	// Config changes the file's layer by dotted path, above the process's -c
	// flags. A null removes the setting.
	Config map[string]json.RawMessage
}

// Given returns an override, or none for the zero value: where a flag or an
// argument that is empty counts as left out.
func Given[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// OverridesFrom returns the overrides of a newConversation request, or of the
// overrides of a resumeConversation request; nil gives none.
func OverridesFrom(params *protocol.NewConversationParams) Overrides {
	if params == nil {
		return Overrides{}
	}
	return Overrides{
		Model:                 params.Model,
		Profile:               params.Profile,
		Cwd:                   params.Cwd,
		ApprovalPolicy:        params.ApprovalPolicy,
		SandboxMode:           params.Sandbox,
		BaseInstructions:      params.BaseInstructions,
		IncludePlanTool:       params.IncludePlanTool,
		IncludeApplyPatchTool: params.IncludeApplyPatchTool,
		Config:                params.Config,
	}
}
