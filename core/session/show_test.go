package session_test

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/protocol"
)

// How transcripts show what happened.

// event shows an event.
func (p *player) event(e event.Event) string {
	where := e.SubmissionID + "/" + p.turn(e.TurnID)
	if e.ItemID != "" {
		where += "/" + e.ItemID
	}
	line := where
	if e.Msg != nil {
		line += " " + p.message(e.Msg)
	}
	switch d := e.Detail.(type) {
	case *event.ItemOpened:
		line += " +opened " + d.Type
	case *event.ItemClosed:
		line += " +closed"
		if d.Item == nil {
			line += " unfinished"
		}
	case *event.UserInputRecorded:
		line += " +input"
	case *event.ApprovalAsked:
		line += " +asked"
	case *event.ApprovalSettled:
		line += fmt.Sprintf(" +settled %s answered=%v", d.Decision, d.Answered)
	case *event.SettingsChanged:
		line += " +settings " + p.context(&d.Settings)
	case *event.CompactionStarted:
		line += " +compacting"
	case *event.CompactionFinished:
		line += " +compacted"
		if d.Err != nil {
			line += " not"
		}
	case *event.TurnFailed:
		line += fmt.Sprintf(" +failed retry=%v", d.WillRetry)
	}
	return p.hide(line)
}

// message shows a message of the first generation.
func (p *player) message(msg protocol.EventMsg) string {
	kind := msg.EventType()
	if m, ok := msg.(*protocol.TokenCountEvent); ok {
		return kind + " " + tokens(m)
	}
	// The type stands in front already.
	payload := strings.Replace(p.json(msg), `"type":"`+kind+`"`, "", 1)
	return kind + " " + strings.Replace(payload, "{,", "{", 1)
}

// tokens shows an account in short.
func tokens(m *protocol.TokenCountEvent) string {
	text := "none"
	if m.Info != nil {
		text = fmt.Sprintf("last %d of %d", m.Info.LastTokenUsage.TotalTokens, m.Info.TotalTokenUsage.TotalTokens)
		if w := m.Info.ModelContextWindow; w != nil {
			text += fmt.Sprintf(", window %d", *w)
		}
	}
	if m.RateLimits != nil && m.RateLimits.Primary != nil {
		text += fmt.Sprintf(", %g%% used", m.RateLimits.Primary.UsedPercent)
	}
	return text
}

// context shows the settings of a turn in short.
func (p *player) context(l *protocol.TurnContextLine) string {
	return strings.TrimRight(fmt.Sprintf("%s %s %s %s %s %s", l.Cwd, l.ApprovalPolicy, l.SandboxPolicy.Mode(), l.Model, l.Effort, l.Summary), " ")
}

// rolloutLine shows a line of a rollout.
func (p *player) rolloutLine(line protocol.RolloutItem) string {
	switch l := line.(type) {
	case *protocol.ResponseItemLine:
		return p.item(l.Item)
	case *protocol.EventMsgLine:
		return "event " + p.message(l.Msg)
	case *protocol.TurnContextLine:
		return "turn_context " + p.context(l)
	case *protocol.CompactedLine:
		return "compacted " + l.Message
	}
	return fmt.Sprintf("%T", line)
}

// item shows an item of the model in short.
func (p *player) item(i protocol.ResponseItem) string {
	switch i := i.(type) {
	case *protocol.MessageItem:
		var parts []string
		for _, c := range i.Content {
			switch c := c.(type) {
			case *protocol.InputTextContent:
				parts = append(parts, short(c.Text))
			case *protocol.OutputTextContent:
				parts = append(parts, short(c.Text))
			case *protocol.InputImageContent:
				parts = append(parts, "image "+c.ImageURL)
			}
		}
		return i.Role + ": " + strings.Join(parts, " + ")
	case *protocol.FunctionCallItem:
		return fmt.Sprintf("call %s %s %s", i.CallID, i.Name, i.Arguments)
	case *protocol.FunctionCallOutputItem:
		return fmt.Sprintf("output %s %s", i.CallID, i.Output)
	case *protocol.CustomToolCallItem:
		return fmt.Sprintf("custom call %s %s %q", i.CallID, i.Name, i.Input)
	case *protocol.CustomToolCallOutputItem:
		return fmt.Sprintf("custom output %s %s", i.CallID, i.Output)
	}
	text, err := protocol.AppendItem(nil, i, false)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

var element = regexp.MustCompile(`<[a-z_]+>([^<]*)</[a-z_]+>`)

// short shows the context that the program writes in one line, and texts that
// are tested elsewhere by their beginning.
func short(text string) string {
	if strings.HasPrefix(text, "<environment_context>") {
		values := []string{}
		for _, m := range element.FindAllStringSubmatch(text, -1) {
			values = append(values, m[1])
		}
		return "<environment " + strings.Join(values, " ") + ">"
	}
	if strings.HasPrefix(text, "The token budget") || strings.HasPrefix(text, "# Reviewing a change") {
		text = strings.TrimSpace(text)
		return text[:18] + " ... " + text[strings.LastIndex(text, "\n")+1:]
	}
	return strings.ReplaceAll(text, "\n", `\n`)
}

// request shows a request to the model: what is new in it.
func (p *player) request(r *modelclient.Request) {
	var names []string
	for _, tool := range r.Tools {
		switch tool := tool.(type) {
		case *modelclient.FunctionTool:
			names = append(names, tool.Name)
		case *modelclient.FreeformTool:
			names = append(names, tool.Name+"*")
		case *modelclient.LocalShellTool:
			names = append(names, "local_shell")
		case *modelclient.WebSearchTool:
			names = append(names, "web_search")
		}
	}
	line := fmt.Sprintf("> %s [%s]", r.Model, strings.Join(names, " "))
	if r.Reasoning != nil {
		line += fmt.Sprintf(" effort=%s summary=%s", r.Reasoning.Effort, r.Reasoning.Summary)
	}
	if len(r.Instructions) < 100 { // those of a model family are longer
		line += " instructions=" + r.Instructions
	}
	if r.Verbosity != "" {
		line += " verbosity=" + string(r.Verbosity)
	}
	if len(r.OutputSchema) > 0 {
		line += " schema=" + string(r.OutputSchema)
	}
	items := r.Input
	same := 0
	if p.last != nil {
		for same < len(items) && same < len(p.last.Input) && items[same] == p.last.Input[same] {
			same++
		}
	}
	p.last = r
	p.result("%s, %d items, %d as before", line, len(items), same)
	for _, i := range items[same:] {
		p.result(">   %s", p.hide(p.item(i)))
	}
}
