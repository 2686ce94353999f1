package execrun

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/codex-go/codex/cmd/internal/term"
	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/protocol"
)

// speaker is the style of who speaks or acts.
const speaker = term.Italic + term.Magenta

// maxOutputLines is how much of the output of a command is shown.
const maxOutputLines = 20

// humanOutput shows a run to a person. (spec: config-and-auth, human output)
type humanOutput struct {
	out io.Writer
	term.Painter
	config  *config.Config
	patches map[string]runningPatch // by call id
	diff    string                  // the last turn diff, shown once at the end
}

// runningPatch is a patch that is being applied.
type runningPatch struct {
	approved bool // without asking anybody
	began    time.Time
}

func newHumanOutput(out io.Writer, color bool, cfg *config.Config) *humanOutput {
	return &humanOutput{out: out, Painter: term.Painter(color), config: cfg, patches: make(map[string]runningPatch)}
}

func (h *humanOutput) printf(format string, args ...any) { fmt.Fprintf(h.out, format, args...) }

func (h *humanOutput) begin(c *conversation.Conversation, prompt string) {
	h.printf("OpenAI Codex v%s (research preview)\n--------\n", clientid.ProtocolVersion)
	for _, e := range h.header(c) {
		h.printf("%s %s\n", h.Paint(term.Bold, e[0]+":"), term.Clean(e[1]))
	}
	h.printf("--------\n%s\n%s\n", h.Paint(term.Cyan, "user"), prompt)
}

// header returns the names and values at the top.
func (h *humanOutput) header(c *conversation.Conversation) [][2]string {
	cfg := h.config
	entries := [][2]string{
		{"workdir", cfg.Cwd},
		{"model", cfg.Model},
		{"provider", cfg.ProviderID},
		{"approval", string(cfg.ApprovalPolicy)},
		{"sandbox", sandboxSummary(cfg.SandboxPolicy)},
	}
	if cfg.Provider.Wire() == modelprovider.WireResponses && cfg.ModelFamily.Reasoning {
		effort := string(cfg.ReasoningEffort)
		if effort == "" {
			effort = "none"
		}
		entries = append(entries, [2]string{"reasoning effort", effort}, [2]string{"reasoning summaries", string(cfg.ReasoningSummary)})
	}
	return append(entries, [2]string{"session id", string(c.ID())})
}

// sandboxSummary describes a policy in a line. (spec: config-and-auth, sandbox
// policy)
func sandboxSummary(p protocol.SandboxPolicy) string {
	w, ok := p.(*protocol.WorkspaceWritePolicy)
	if !ok {
		return string(p.Mode())
	}
	places := []string{"workdir"}
	if !w.ExcludeSlashTmp {
		places = append(places, "/tmp")
	}
	if !w.ExcludeTmpdirEnvVar {
		places = append(places, "$TMPDIR")
	}
	text := "workspace-write [" + strings.Join(append(places, w.WritableRoots...), ", ") + "]"
	if w.NetworkAccess {
		text += " (network access enabled)"
	}
	return text
}

func (h *humanOutput) event(msg protocol.EventMsg) {
	switch m := msg.(type) {
	case *protocol.AgentMessageEvent:
		h.printf("%s\n%s\n", h.Paint(speaker, "codex"), term.Clean(m.Message))
	case *protocol.AgentReasoningEvent:
		h.reasoning(m.Text)
	case *protocol.AgentReasoningRawContentEvent:
		h.reasoning(m.Text)
	case *protocol.ExecCommandBeginEvent:
		h.printf("%s\n%s in %s", h.Paint(speaker, "exec"), h.Paint(term.Bold, term.Clean(joined(m.Command))), term.Clean(m.Cwd))
	case *protocol.ExecCommandEndEvent:
		if m.ExitCode == 0 {
			h.printf("%s\n", h.Paint(term.Green, " succeeded in "+span(m.Duration.Std())+":"))
		} else {
			h.printf("%s\n", h.Paint(term.Red, fmt.Sprintf(" exited %d in %s:", m.ExitCode, span(m.Duration.Std()))))
		}
		h.output(m.AggregatedOutput)
	case *protocol.PatchApplyBeginEvent:
		h.patches[m.CallID] = runningPatch{m.AutoApproved, time.Now()}
		h.patch(m.Changes)
	case *protocol.PatchApplyEndEvent:
		h.patchEnd(m)
	case *protocol.McpToolCallBeginEvent:
		h.printf("%s %s\n", h.Paint(term.Magenta, "tool"), h.Paint(term.Bold, invocation(m.Invocation)))
	case *protocol.McpToolCallEndEvent:
		h.mcpEnd(m)
	case *protocol.WebSearchEndEvent:
		h.printf("🌐 Searched: %s\n", term.Clean(m.Query))
	case *protocol.PlanUpdateEvent:
		h.plan(m)
	case *protocol.TurnDiffEvent:
		h.diff = m.UnifiedDiff
	case *protocol.BackgroundEvent:
		h.printf("%s\n", h.Paint(term.Dim, term.Clean(m.Message)))
	case *protocol.StreamErrorEvent:
		h.printf("%s\n", h.Paint(term.Dim, term.Clean(m.Message)))
	case *protocol.ErrorEvent:
		h.printf("%s %s\n", h.Paint(term.Red, "ERROR:"), term.Clean(m.Message))
	}
}

func (h *humanOutput) reasoning(text string) {
	if !h.config.HideReasoning {
		h.printf("%s\n%s\n", h.Paint(speaker, "thinking"), term.Clean(text))
	}
}

// output shows the beginning of a command's output.
func (h *humanOutput) output(text string) {
	n := 0
	for line := range strings.Lines(text) {
		if n++; n > maxOutputLines {
			h.printf("%s\n", h.Paint(term.Dim, "…"))
			return
		}
		h.printf("%s\n", h.Paint(term.Dim, term.Clean(strings.TrimRight(line, "\r\n"))))
	}
}

func (h *humanOutput) patch(changes protocol.FileChanges) {
	h.printf("%s\n", h.Paint(speaker, "file update"))
	paths := make([]string, 0, len(changes))
	for path := range changes {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		switch c := changes[path].(type) {
		case *protocol.AddFileChange:
			h.printf("%s\n", h.Paint(term.Magenta, term.Clean("A "+path)))
			h.lines(term.Green, c.Content)
		case *protocol.DeleteFileChange:
			h.printf("%s\n", h.Paint(term.Magenta, term.Clean("D "+path)))
			h.lines(term.Red, c.Content)
		case *protocol.UpdateFileChange:
			if c.MovePath != nil {
				h.printf("%s\n", h.Paint(term.Magenta, term.Clean("R "+path+" -> "+*c.MovePath)))
			} else {
				h.printf("%s\n", h.Paint(term.Magenta, term.Clean("M "+path)))
			}
			h.unified(c.UnifiedDiff)
		}
	}
}

func (h *humanOutput) patchEnd(m *protocol.PatchApplyEndEvent) {
	exit, style, text := 0, term.Green, m.Stdout
	if !m.Success {
		exit, style, text = 1, term.Red, m.Stderr
	}
	p, ok := h.patches[m.CallID]
	if !ok {
		return
	}
	delete(h.patches, m.CallID)
	took := span(time.Since(p.began))
	h.printf("%s\n", h.Paint(style, fmt.Sprintf("apply_patch(auto_approved=%t) exited %d in %s:", p.approved, exit, took)))
	h.output(text)
}

// lines shows the content of a file that comes or goes.
func (h *humanOutput) lines(style, text string) {
	for line := range strings.Lines(text) {
		h.printf("%s\n", h.Paint(style, term.Clean(strings.TrimRight(line, "\r\n"))))
	}
}

func (h *humanOutput) unified(diff string) {
	for line := range strings.Lines(diff) {
		line = term.Clean(strings.TrimRight(line, "\r\n"))
		switch {
		case strings.HasPrefix(line, "+"):
			line = h.Paint(term.Green, line)
		case strings.HasPrefix(line, "-"):
			line = h.Paint(term.Red, line)
		}
		h.printf("%s\n", line)
	}
}

func (h *humanOutput) mcpEnd(m *protocol.McpToolCallEndEvent) {
	ok := m.Result.Ok != nil && (m.Result.Ok.IsError == nil || !*m.Result.Ok.IsError)
	outcome, style := "success", term.Green
	if !ok {
		outcome, style = "failed", term.Red
	}
	h.printf("%s\n", h.Paint(style, fmt.Sprintf("%s %s in %s:", invocation(m.Invocation), outcome, span(m.Duration.Std()))))
	if m.Result.Ok == nil {
		h.output(m.Result.Err)
		return
	}
	if text, err := json.MarshalIndent(m.Result.Ok, "", "  "); err == nil {
		h.output(string(text))
	}
}

func invocation(i protocol.McpInvocation) string {
	return term.Clean(i.Server + "." + i.Tool + "(" + string(i.Arguments) + ")")
}

func (h *humanOutput) plan(m *protocol.PlanUpdateEvent) {
	h.printf("%s\n", h.Paint(term.Magenta, "Plan update"))
	if m.Explanation != nil && *m.Explanation != "" {
		h.printf("%s\n", h.Paint(term.Italic, term.Clean(*m.Explanation)))
	}
	for _, s := range m.Steps {
		switch s.Status {
		case protocol.StepCompleted:
			h.printf("  %s %s\n", h.Paint(term.Green, "✓"), term.Clean(s.Step))
		case protocol.StepInProgress:
			h.printf("  %s %s\n", h.Paint(term.Cyan, "→"), term.Clean(s.Step))
		default:
			h.printf("  %s %s\n", h.Paint(term.Dim, "•"), h.Paint(term.Dim, term.Clean(s.Step)))
		}
	}
}

func (h *humanOutput) end(_ error, spent *protocol.TokenUsage) {
	if h.diff != "" {
		h.printf("%s\n", h.Paint(speaker, "file update:"))
		for line := range strings.Lines(h.diff) {
			h.printf("%s\n", term.Clean(strings.TrimRight(line, "\r\n")))
		}
	}
	if spent != nil {
		h.printf("%s\n%s\n", h.Paint(speaker, "tokens used"), grouped(spent.Blended()))
	}
}

// grouped prints a number with separators of thousands.
func grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// span prints a duration: milliseconds, then seconds, then minutes.
func span(t time.Duration) string {
	switch {
	case t < time.Second:
		return fmt.Sprintf("%dms", t.Milliseconds())
	case t < time.Minute:
		return fmt.Sprintf("%.2fs", t.Seconds())
	}
	return fmt.Sprintf("%dm %02ds", int(t.Minutes()), int(t.Seconds())%60)
}
