package transcript

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/codex-go/codex/cmd/internal/term"
	"github.com/codex-go/codex/protocol"
)

// shellCall is the part of a shell call's arguments that is shown.
type shellCall struct {
	Command []string `json:"command"`
	Input   string   `json:"input"`
}

// call takes over the call of a tool.
func (t *Transcript) call(at, id, name, input string) {
	var args shellCall
	parsed := json.Unmarshal([]byte(input), &args) == nil
	switch {
	case name == "apply_patch" && parsed && args.Input != "":
		t.append(Entry{Kind: Patch, Time: at, Title: "apply_patch", Input: args.Input, callID: id})
	case name == "apply_patch":
		t.append(Entry{Kind: Patch, Time: at, Title: "apply_patch", Input: input, callID: id})
	case (name == "shell" || name == "container.exec") && parsed && len(args.Command) > 0:
		t.command(at, id, args.Command)
	case name == "update_plan":
		t.append(Entry{Kind: Tool, Time: at, Title: "plan", Input: planText(input), callID: id})
	default:
		t.append(Entry{Kind: Tool, Time: at, Title: name, Input: indented(input), callID: id})
	}
}

// planMarks show how far a step of a plan is.
var planMarks = map[protocol.StepStatus]string{
	protocol.StepCompleted: "✓", protocol.StepInProgress: "▸", protocol.StepPending: "○",
}

// planText returns a plan as a list, or the arguments as they are when they
// are none.
func planText(input string) string {
	var plan protocol.Plan
	if protocol.Unmarshal([]byte(input), &plan) != nil {
		return indented(input)
	}
	var lines []string
	if plan.Explanation != nil && *plan.Explanation != "" {
		lines = append(lines, *plan.Explanation)
	}
	for _, step := range plan.Steps {
		lines = append(lines, planMarks[step.Status]+" "+step.Step)
	}
	return strings.Join(lines, "\n")
}

// reviewText returns what a reviewer found.
func reviewText(r *protocol.ReviewOutput) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(r.OverallExplanation))
	for _, f := range r.Findings {
		lines := f.CodeLocation.LineRange
		fmt.Fprintf(&b, "\n\n%s\n%s:%d-%d\n%s", f.Title, f.CodeLocation.AbsoluteFilePath, lines.Start, lines.End, strings.TrimSpace(f.Body))
	}
	return strings.TrimSpace(b.String())
}

// indented returns a JSON object or array that does not fit on a line with one
// member on each, and any other text as it is.
func indented(text string) string {
	const width = 80
	trimmed := strings.TrimSpace(text)
	if len(trimmed) <= width || trimmed[0] != '{' && trimmed[0] != '[' {
		return text
	}
	var b bytes.Buffer
	if json.Indent(&b, []byte(trimmed), "", "  ") != nil {
		return text
	}
	return b.String()
}

// toolOutput is the output of a call as the model reads it: that of a shell
// call, or that of a tool of an MCP server.
type toolOutput struct {
	Output   *string `json:"output"`
	Metadata struct {
		ExitCode *int `json:"exit_code"`
	} `json:"metadata"`
	Content []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	} `json:"content"`
}

// output adds the output of a call to its entry.
func (t *Transcript) output(id, text string) {
	i, ok := t.open[id]
	if !ok {
		return
	}
	delete(t.open, id)
	e := &t.Entries[i]
	var out toolOutput
	switch parsed := json.Unmarshal([]byte(text), &out) == nil; {
	case parsed && out.Output != nil:
		e.Text, e.ExitCode = term.Strip(*out.Output), out.Metadata.ExitCode
	case parsed && len(out.Content) > 0:
		var parts []string
		for _, c := range out.Content {
			if c.Type == "text" {
				parts = append(parts, c.Text)
			} else {
				parts = append(parts, "["+c.Type+"]")
			}
		}
		e.Text = term.Strip(strings.Join(parts, "\n"))
	default:
		e.Text = term.Strip(indented(text))
	}
}
