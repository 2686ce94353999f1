package session

import (
	"encoding/json"
	"path/filepath"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/models"
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/protocol"
)

// settings is what a task runs with: an immutable snapshot. Changing a setting
// makes a new value. (spec: agent-loop, turn context)
type settings struct {
	cwd              string
	approval         protocol.AskForApproval
	sandbox          protocol.SandboxPolicy
	model            string
	family           models.Family
	effort           protocol.ReasoningEffort // "" sends none
	summary          protocol.ReasoningSummary
	contextWindow    *uint64
	autoCompactLimit *int64 // nil never compacts
	baseInstructions *string
	userInstructions string
	// outputSchema holds for one turn only.
	outputSchema json.RawMessage
	planTool     bool
	webSearch    bool
	viewImage    bool
	review       bool
}

func settingsFrom(c *config.Config, userInstructions string) *settings {
	return &settings{
		cwd:              c.Cwd,
		approval:         c.ApprovalPolicy,
		sandbox:          c.SandboxPolicy,
		model:            c.Model,
		family:           c.ModelFamily,
		effort:           c.ReasoningEffort,
		summary:          c.ReasoningSummary,
		contextWindow:    c.ModelContextWindow,
		autoCompactLimit: c.AutoCompactTokenLimit,
		baseInstructions: c.BaseInstructions,
		userInstructions: userInstructions,
		planTool:         c.IncludePlanTool,
		webSearch:        c.WebSearch,
		viewImage:        c.ViewImage,
	}
}

// withModel returns a copy of s for another model. Overrides of the family that
// the configuration made stay.
func (s *settings) withModel(c *config.Config, model string) *settings {
	n := *s
	if model == s.model {
		return &n
	}
	n.model = model
	n.family = c.FamilyFor(model)
	n.contextWindow, n.autoCompactLimit = nil, nil
	if model == c.Model {
		n.contextWindow, n.autoCompactLimit = c.ModelContextWindow, c.AutoCompactTokenLimit
	} else if info, ok := models.Info(model); ok {
		n.contextWindow, n.autoCompactLimit = &info.ContextWindow, &info.AutoCompactTokenLimit
	}
	return &n
}

// environment returns what the model is told about its surroundings.
func (s *settings) environment(shell string) prompt.Environment {
	return prompt.Environment{Cwd: s.cwd, ApprovalPolicy: s.approval, SandboxPolicy: s.sandbox, Shell: shell}
}

// line returns the rollout's record of the settings.
func (s *settings) line() *protocol.TurnContextLine {
	return &protocol.TurnContextLine{
		Cwd:            s.cwd,
		ApprovalPolicy: s.approval,
		SandboxPolicy:  s.sandbox,
		Model:          s.model,
		Effort:         s.effort,
		Summary:        s.summary,
	}
}

// turnSettings returns the settings that a user turn asks for. They become the
// conversation's; the output schema holds for the turn alone.
func turnSettings(c *config.Config, s *settings, op *protocol.UserTurnOp) *settings {
	n := s.withModel(c, op.Model)
	n.cwd = absolute(s.cwd, op.Cwd)
	n.approval = op.ApprovalPolicy
	n.sandbox = op.SandboxPolicy
	n.effort = op.Effort
	n.summary = op.Summary
	n.outputSchema = op.FinalOutputJSONSchema
	return n
}

// overridden returns s with the settings that op names.
func overridden(c *config.Config, s *settings, op *protocol.OverrideTurnContextOp) *settings {
	n := *s
	if op.Model != "" {
		n = *s.withModel(c, op.Model)
	}
	if op.Cwd != "" {
		n.cwd = absolute(s.cwd, op.Cwd)
	}
	if op.ApprovalPolicy != "" {
		n.approval = op.ApprovalPolicy
	}
	if op.SandboxPolicy != nil {
		n.sandbox = op.SandboxPolicy
	}
	if effort, ok := op.Effort.Get(); ok {
		n.effort = effort
	} else if op.Effort.IsNull() {
		n.effort = ""
	}
	if op.Summary != "" {
		n.summary = op.Summary
	}
	n.outputSchema = nil
	return &n
}

// absolute resolves a working directory against the one before it.
func absolute(base, dir string) string {
	if filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(base, dir)
}
