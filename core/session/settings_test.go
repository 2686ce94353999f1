package session

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/models"
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/protocol"
)

// testConfig is that of a conversation with gpt-5 and sizes of its own.
func testConfig() *config.Config {
	window, limit := uint64(1000), int64(900)
	return &config.Config{
		Cwd: "/w", Model: "gpt-5", ModelFamily: models.FamilyFor("gpt-5"), ReviewModel: "o3",
		ApprovalPolicy: protocol.AskUntrusted, SandboxPolicy: &protocol.ReadOnlyPolicy{},
		ReasoningEffort: protocol.EffortHigh, ReasoningSummary: protocol.SummaryAuto,
		ModelContextWindow: &window, AutoCompactTokenLimit: &limit,
		IncludePlanTool: true, WebSearch: true, ViewImage: true,
	}
}

// shown is what the tests compare of settings.
type shown struct {
	Cwd      string
	Approval protocol.AskForApproval
	Sandbox  protocol.SandboxMode
	Model    string
	Family   string
	Effort   protocol.ReasoningEffort
	Summary  protocol.ReasoningSummary
	Window   uint64 // 0 for none
	Limit    int64  // 0 for none
	Schema   string
}

func show(s *settings) shown {
	v := shown{
		Cwd: s.cwd, Approval: s.approval, Sandbox: s.sandbox.Mode(), Model: s.model, Family: s.family.Slug,
		Effort: s.effort, Summary: s.summary, Schema: string(s.outputSchema),
	}
	if s.contextWindow != nil {
		v.Window = *s.contextWindow
	}
	if s.autoCompactLimit != nil {
		v.Limit = *s.autoCompactLimit
	}
	return v
}

// What operations change, and what they leave alone.
// (spec: agent-loop, user_turn; override_turn_context)
func TestSettings(t *testing.T) {
	t.Parallel()
	c := testConfig()
	base := settingsFrom(c)
	o3, ok := models.Info("o3")
	if !ok {
		t.Fatal("o3 is not known")
	}
	for _, tt := range []struct {
		name   string
		got    *settings
		change func(*shown) // from the settings at the start; nil is nothing
	}{
		{"turn: everything", turnSettings(c, base, &protocol.UserTurnOp{
			Cwd: "/v", ApprovalPolicy: protocol.AskNever, SandboxPolicy: &protocol.DangerFullAccessPolicy{}, Model: "o3",
			Effort: protocol.EffortLow, Summary: protocol.SummaryNone, FinalOutputJSONSchema: json.RawMessage(`{"a":1}`),
		}), func(v *shown) {
			*v = shown{
				Cwd: "/v", Approval: protocol.AskNever, Sandbox: protocol.SandboxDangerFullAccess, Model: "o3", Family: "o3",
				Effort: protocol.EffortLow, Summary: protocol.SummaryNone, Window: o3.ContextWindow, Limit: o3.AutoCompactTokenLimit,
				Schema: "", // the turn's own is added by whoever starts it
			}
		}},
		{"turn: what is left out stays, but for the effort", turnSettings(c, base, &protocol.UserTurnOp{}), func(v *shown) { v.Effort = "" }},
		{"turn: a relative directory", turnSettings(c, base, &protocol.UserTurnOp{Cwd: "../v", Effort: protocol.EffortHigh}), func(v *shown) { v.Cwd = "/v" }},
		{"turn: an unknown model", turnSettings(c, base, &protocol.UserTurnOp{Model: "mystery", Effort: protocol.EffortHigh}),
			func(v *shown) { v.Model, v.Family, v.Window, v.Limit = "mystery", "mystery", 0, 0 }},
		{"turn: back to the configured model", turnSettings(c, base.withModel(c, "o3"), &protocol.UserTurnOp{Model: "gpt-5", Effort: protocol.EffortHigh}), nil},
		{"override: nothing", overridden(c, base, &protocol.OverrideTurnContextOp{}), nil},
		{"override: the effort", overridden(c, base, &protocol.OverrideTurnContextOp{Effort: protocol.Some(protocol.EffortMinimal)}), func(v *shown) { v.Effort = protocol.EffortMinimal }},
		{"override: no effort", overridden(c, base, &protocol.OverrideTurnContextOp{Effort: protocol.Null[protocol.ReasoningEffort]()}), func(v *shown) { v.Effort = "" }},
		{"override: everything else", overridden(c, base, &protocol.OverrideTurnContextOp{
			Cwd: "sub", ApprovalPolicy: protocol.AskNever, SandboxPolicy: &protocol.WorkspaceWritePolicy{}, Model: "o3", Summary: protocol.SummaryConcise,
		}), func(v *shown) {
			*v = shown{
				Cwd: "/w/sub", Approval: protocol.AskNever, Sandbox: protocol.SandboxWorkspaceWrite, Model: "o3", Family: "o3",
				Effort: v.Effort, Summary: protocol.SummaryConcise, Window: o3.ContextWindow, Limit: o3.AutoCompactTokenLimit,
			}
		}},
		{"review", base.forReview(c), func(v *shown) {
			v.Model, v.Family, v.Effort, v.Summary = "o3", "o3", protocol.EffortLow, protocol.SummaryDetailed
			v.Window, v.Limit = o3.ContextWindow, o3.AutoCompactTokenLimit
		}},
		{"schema", base.withSchema(json.RawMessage(`{}`)), func(v *shown) { v.Schema = "{}" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := show(base)
			if tt.change != nil {
				tt.change(&want)
			}
			if diff := cmp.Diff(want, show(tt.got)); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
		})
	}
	review := base.forReview(c)
	if review.planTool || review.webSearch || review.viewImage || !review.review || *review.baseInstructions != prompt.ReviewInstructions() {
		t.Errorf("review: %+v", review)
	}
	if diff := cmp.Diff(show(settingsFrom(c)), show(base)); diff != "" {
		t.Error("the settings that others were made of have changed")
	}
}

func TestSameSettings(t *testing.T) {
	t.Parallel()
	c := testConfig()
	c.SandboxPolicy = &protocol.WorkspaceWritePolicy{WritableRoots: []string{"/a"}}
	base := settingsFrom(c)
	same := *base
	same.sandbox = &protocol.WorkspaceWritePolicy{WritableRoots: []string{"/a"}}
	other := *base
	other.sandbox = &protocol.WorkspaceWritePolicy{WritableRoots: []string{"/b"}}
	moved := *base
	moved.cwd = "/v"
	for _, tt := range []struct {
		name string
		s    *settings
		want bool
	}{{"equal", &same, true}, {"another root", &other, false}, {"another directory", &moved, false}} {
		if got := base.sameAs(tt.s); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Limits that a response does not tell stay as they were, and totals add up.
// (spec: events-and-rollouts, do better)
func TestAccount(t *testing.T) {
	t.Parallel()
	var a account
	window := func(percent float64) *protocol.RateLimitWindow {
		return &protocol.RateLimitWindow{UsedPercent: percent}
	}
	a.setLimits(nil)
	if got := a.event(); got.Info != nil || got.RateLimits != nil {
		t.Errorf("a new account: %+v", got)
	}
	a.setLimits(&protocol.RateLimitSnapshot{Primary: window(10), Secondary: window(20)})
	first := a.event()
	a.setLimits(&protocol.RateLimitSnapshot{Secondary: window(30)})
	a.setLimits(&protocol.RateLimitSnapshot{})
	if diff := cmp.Diff(&protocol.RateLimitSnapshot{Primary: window(10), Secondary: window(30)}, a.event().RateLimits); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	if first.RateLimits.Secondary.UsedPercent != 20 {
		t.Error("an event that was shown has changed")
	}
	small, large := uint64(100), uint64(200)
	a.addUsage(protocol.TokenUsage{InputTokens: 5, TotalTokens: 7}, &small)
	a.addUsage(protocol.TokenUsage{InputTokens: 1, TotalTokens: 2}, &large)
	want := &protocol.TokenUsageInfo{
		TotalTokenUsage:    protocol.TokenUsage{InputTokens: 6, TotalTokens: 9},
		LastTokenUsage:     protocol.TokenUsage{InputTokens: 1, TotalTokens: 2},
		ModelContextWindow: &large,
	}
	if diff := cmp.Diff(want, a.event().Info); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
}

// What a history says about its environment, at a resume.
func TestAnnouncedIn(t *testing.T) {
	t.Parallel()
	now := prompt.Environment{Cwd: "/w", ApprovalPolicy: protocol.AskNever, SandboxPolicy: &protocol.ReadOnlyPolicy{}}
	then := now.With(prompt.Environment{Cwd: "/v"})
	last := &protocol.TurnContextLine{Cwd: then.Cwd, ApprovalPolicy: then.ApprovalPolicy, SandboxPolicy: then.SandboxPolicy}
	type items = []protocol.ResponseItem
	shell := prompt.Environment{Shell: "zsh"}
	for _, tt := range []struct {
		name  string
		items items
		last  *protocol.TurnContextLine
		want  *prompt.Environment
	}{
		{"as now", items{now.With(shell).Item(), user("hi")}, last, &now},
		{"as in the last turn", items{now.Item(), then.Item()}, last, &then},
		{"as in the first message of a conversation without turns", items{now.With(shell).Item()}, nil, &now},
		{"something else", items{prompt.Environment{Cwd: "/x"}.Item()}, last, nil},
		{"a part", items{then.Item(), prompt.Environment{ApprovalPolicy: protocol.AskUntrusted}.Item()}, last, nil},
		{"nothing, with a turn", items{user("hi")}, last, &then},
		{"nothing at all", items{}, nil, &now},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, announcedIn(tt.items, now, tt.last)); diff != "" {
				t.Errorf("announced (-want +got):\n%s", diff)
			}
		})
	}
}
