package session

import (
	"cmp"
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
	// outputSchema holds for one turn only.
	outputSchema json.RawMessage
	planTool     bool
	webSearch    bool
	viewImage    bool
	review       bool
}

func settingsFrom(c *config.Config) *settings {
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
		planTool:         c.IncludePlanTool,
		webSearch:        c.WebSearch,
		viewImage:        c.ViewImage,
	}
}

// withModel returns a copy of s for another model. What the configuration says
// about the family and the limit stays.
func (s *settings) withModel(c *config.Config, model string) *settings {
	n := *s
	if model == s.model {
		return &n
	}
	n.model = model
	n.family = c.FamilyFor(model)
	n.contextWindow, n.autoCompactLimit = c.SizeFor(model)
	return &n
}

// withSchema returns a copy of s for a turn whose answer follows a schema.
func (s *settings) withSchema(schema json.RawMessage) *settings {
	n := *s
	n.outputSchema = schema
	return &n
}

// forReview returns a copy of s for a review. (spec: agent-loop, review mode)
func (s *settings) forReview(c *config.Config) *settings {
	n := s.withModel(c, c.ReviewModel)
	instructions := prompt.ReviewInstructions()
	n.baseInstructions = &instructions
	n.effort, n.summary = protocol.EffortLow, protocol.SummaryDetailed
	n.planTool, n.webSearch, n.viewImage = false, false, false
	n.review = true
	return n
}

// environment returns what the model is told about its surroundings, without
// the shell.
func (s *settings) environment() prompt.Environment {
	return prompt.Environment{Cwd: s.cwd, ApprovalPolicy: s.approval, SandboxPolicy: s.sandbox}
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

// sameAs reports whether the settings of both say the same to clients.
func (s *settings) sameAs(t *settings) bool {
	a, b := s.line(), t.line()
	if !samePolicy(a.SandboxPolicy, b.SandboxPolicy) {
		return false
	}
	b.SandboxPolicy = a.SandboxPolicy
	return *a == *b
}

func samePolicy(a, b protocol.SandboxPolicy) bool {
	x, errX := protocol.Append(nil, &a)
	y, errY := protocol.Append(nil, &b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// turnSettings returns the settings that a user turn asks for, which become the
// conversation's. What a caller in Go leaves empty stays as it is; the effort
// is cleared.
func turnSettings(c *config.Config, s *settings, op *protocol.UserTurnOp) *settings {
	n := s.withModel(c, cmp.Or(op.Model, s.model))
	n.cwd = absolute(s.cwd, op.Cwd)
	n.approval = cmp.Or(op.ApprovalPolicy, s.approval)
	if op.SandboxPolicy != nil {
		n.sandbox = op.SandboxPolicy
	}
	n.effort = op.Effort
	n.summary = cmp.Or(op.Summary, s.summary)
	return n
}

// overridden returns s with the settings that op names.
func overridden(c *config.Config, s *settings, op *protocol.OverrideTurnContextOp) *settings {
	n := s.withModel(c, cmp.Or(op.Model, s.model))
	n.cwd = absolute(s.cwd, op.Cwd)
	n.approval = cmp.Or(op.ApprovalPolicy, s.approval)
	if op.SandboxPolicy != nil {
		n.sandbox = op.SandboxPolicy
	}
	if effort, ok := op.Effort.Get(); ok {
		n.effort = effort
	} else if op.Effort.IsNull() {
		n.effort = ""
	}
	n.summary = cmp.Or(op.Summary, s.summary)
	return n
}

// absolute resolves a working directory against the one before it, which an
// empty one stands for.
func absolute(base, dir string) string {
	if filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(base, dir)
}
