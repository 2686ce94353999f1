package tools

import (
	"encoding/json"

	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/models"
	"github.com/codex-go/codex/core/patch"
)

// Offer says which tools a model call should offer.
type Offer struct {
	Family    models.Family
	PlanTool  bool
	WebSearch bool
	ViewImage bool
	// Review is a review, which gets no exec_command.
	Review bool
}

// Offered returns the tools of a model call, in their order: the shell first,
// then plan, patch, web search, images, and the tools of the MCP servers.
// (spec: agent-loop, tools)
func (s *Set) Offered(o Offer) []modelclient.Tool {
	var offered []modelclient.Tool
	switch {
	case s.terminals != nil && s.o.UnifiedExecTool:
		offered = append(offered, unifiedExecTool)
	case s.terminals != nil && s.o.ExecCommandTool && !o.Review:
		offered = append(offered, execCommandTool, writeStdinTool)
	case o.Family.Shell == models.ShellLocal:
		offered = append(offered, &modelclient.LocalShellTool{})
	default:
		offered = append(offered, shellTool)
	}
	if o.PlanTool {
		offered = append(offered, planTool)
	}
	switch {
	case o.Family.ApplyPatchTool == models.ApplyPatchFunction:
		offered = append(offered, patchFunction)
	case o.Family.ApplyPatchTool == models.ApplyPatchFreeform || s.o.IncludeApplyPatch:
		offered = append(offered, patchFreeform)
	}
	if o.WebSearch {
		offered = append(offered, &modelclient.WebSearchTool{})
	}
	if o.ViewImage {
		offered = append(offered, viewImageTool)
	}
	return append(offered, s.mcpOffered()...)
}

// HasApplyPatch reports whether a tool named apply_patch is among tools.
func HasApplyPatch(tools []modelclient.Tool) bool {
	for _, t := range tools {
		switch t := t.(type) {
		case *modelclient.FunctionTool:
			if t.Name == applyPatchName {
				return true
			}
		case *modelclient.FreeformTool:
			if t.Name == applyPatchName {
				return true
			}
		}
	}
	return false
}

// Names of the tools that the program carries out.
const (
	shellName         = "shell"
	containerExecName = "container.exec"
	applyPatchName    = "apply_patch"
	updatePlanName    = "update_plan"
	viewImageName     = "view_image"
)

var shellTool = &modelclient.FunctionTool{
	Name:        shellName,
	Description: "Runs a command and returns its output.",
	Parameters: json.RawMessage(`{"type":"object","properties":{` +
		`"command":{"type":"array","items":{"type":"string"},"description":"The command to run, as a list of the program and its arguments"},` +
		`"justification":{"type":"string","description":"Only with escalated permissions: one sentence that tells the user why the command needs them"},` +
		`"timeout_ms":{"type":"number","description":"How long the command may take, in milliseconds"},` +
		`"with_escalated_permissions":{"type":"boolean","description":"Whether to ask for the command to run outside of the sandbox"},` +
		`"workdir":{"type":"string","description":"The directory to run the command in"}` +
		`},"required":["command"],"additionalProperties":false}`),
}

var planTool = &modelclient.FunctionTool{
	Name: updatePlanName,
	Description: "Updates the plan of the task.\n" +
		"Give the whole list of steps each time, each with its status, and an explanation when the plan changed.\n" +
		"At most one step is in_progress at a time.",
	Parameters: json.RawMessage(`{"type":"object","properties":{` +
		`"explanation":{"type":"string"},` +
		`"plan":{"type":"array","items":{"type":"object","properties":{` +
		`"status":{"type":"string","description":"One of: pending, in_progress, completed"},` +
		`"step":{"type":"string"}},"required":["step","status"],"additionalProperties":false},` +
		`"description":"The list of steps"}` +
		`},"required":["plan"],"additionalProperties":false}`),
}

var viewImageTool = &modelclient.FunctionTool{
	Name:        viewImageName,
	Description: "Attaches a local image file to the conversation, so that you can see it in this turn.",
	Parameters: json.RawMessage(`{"type":"object","properties":{` +
		`"path":{"type":"string","description":"The path of the image in the local file system"}` +
		`},"required":["path"],"additionalProperties":false}`),
}

var patchFunction = &modelclient.FunctionTool{
	Name:        applyPatchName,
	Description: "Edits files by applying a patch.\n\n" + patch.Guide,
	Parameters: json.RawMessage(`{"type":"object","properties":{` +
		`"input":{"type":"string","description":"The whole text of the patch"}` +
		`},"required":["input"],"additionalProperties":false}`),
}

var patchFreeform = &modelclient.FreeformTool{
	Name:        applyPatchName,
	Description: "Edits files by applying a patch. This is a free-form tool: write the patch as it is, not wrapped in JSON.",
	Definition:  patch.Grammar,
	Function:    patchFunction,
}
