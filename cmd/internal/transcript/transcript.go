package transcript

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/shellcmd"
	"github.com/codex-go/codex/protocol"
)

// Kind is what an entry is.
type Kind string

// Kinds of entries.
const (
	User      Kind = "user"
	Agent     Kind = "agent"
	Reasoning Kind = "reasoning"
	Command   Kind = "command"
	Patch     Kind = "patch"
	Tool      Kind = "tool"
	Note      Kind = "note"
)

// Entry is one thing that was said or done.
type Entry struct {
	Kind Kind   `json:"kind"`
	Time string `json:"timestamp"` // as recorded
	// Title is the command line, the name of the tool, or "".
	Title string `json:"title,omitempty"`
	// Context is what an editor put before the user's words, or "".
	Context string `json:"context,omitempty"`
	// Text is the message, the output, the patch or the note.
	Text string `json:"text"`
	// Input is what a tool was given, or "".
	Input string `json:"input,omitempty"`
	// Images are the URLs of images of a message.
	Images []string `json:"images,omitempty"`
	// ExitCode is that of a command or patch; nil while it is not known.
	ExitCode *int `json:"exit_code,omitempty"`
	// Unanswered tells that a call has no output in the record.
	Unanswered bool `json:"unanswered,omitempty"`

	callID string
}

// Transcript is a recorded conversation.
type Transcript struct {
	Meta    protocol.SessionMeta
	Path    string
	Entries []Entry
	Tokens  *protocol.TokenUsage // of the whole conversation, nil when unknown
	Report  rollout.Report       // what could not be read

	open map[string]int // index of the entry by call id
}

// Read reads the conversation recorded at path, which may have lost the line
// that says whose it is.
func Read(ctx context.Context, store rollout.Store, path string) (*Transcript, error) {
	t := &Transcript{Path: path, open: make(map[string]int)}
	meta, err := store.Meta(ctx, path)
	if err != nil && !errors.Is(err, rollout.ErrNoMeta) && !errors.Is(err, rollout.ErrEmpty) {
		return nil, err
	}
	t.Meta = meta
	for line, err := range store.Read(ctx, path, &t.Report) {
		if err != nil {
			return nil, err
		}
		t.add(line)
	}
	for _, i := range t.open {
		t.Entries[i].Unanswered = true
	}
	return t, nil
}

// losses says what could not be read, one sentence each.
func (t *Transcript) losses() []string {
	var lost []string
	if t.Report.Missing != nil {
		lost = append(lost, fmt.Sprintf("Something is missing before this: %v", t.Report.Missing))
	}
	if t.Report.Invalid > 0 {
		lost = append(lost, fmt.Sprintf("%d of %d recorded lines could not be read.", t.Report.Invalid, t.Report.Lines))
	}
	return lost
}

// add takes over a line.
func (t *Transcript) add(line protocol.RolloutLine) {
	switch i := line.Item.(type) {
	case *protocol.ResponseItemLine:
		t.item(line.Timestamp, i.Item)
	case *protocol.CompactedLine:
		t.append(Entry{Kind: Note, Time: line.Timestamp, Title: "Conversation summed up", Text: i.Message})
	case *protocol.EventMsgLine:
		t.event(line.Timestamp, i.Msg)
	}
}

func (t *Transcript) append(e Entry) {
	if e.callID != "" {
		t.open[e.callID] = len(t.Entries)
	}
	t.Entries = append(t.Entries, e)
}

// event takes over what only events tell.
func (t *Transcript) event(at string, msg protocol.EventMsg) {
	switch m := msg.(type) {
	case *protocol.TokenCountEvent:
		if m.Info != nil {
			t.Tokens = &m.Info.TotalTokenUsage
		}
	case *protocol.TurnAbortedEvent:
		t.append(Entry{Kind: Note, Time: at, Title: "Turn aborted", Text: string(m.Reason)})
	case *protocol.EnteredReviewModeEvent:
		t.append(Entry{Kind: Note, Time: at, Title: "Review started", Text: m.UserFacingHint})
	case *protocol.ExitedReviewModeEvent:
		text := "interrupted"
		if m.ReviewOutput != nil {
			text = reviewText(m.ReviewOutput)
		}
		t.append(Entry{Kind: Note, Time: at, Title: "Review ended", Text: text})
	}
}

// item takes over an item of the conversation.
func (t *Transcript) item(at string, item protocol.ResponseItem) {
	switch i := item.(type) {
	case *protocol.MessageItem:
		t.message(at, i)
	case *protocol.ReasoningItem:
		var parts []string
		for _, s := range i.Summary {
			parts = append(parts, s.Text)
		}
		if len(parts) > 0 {
			t.append(Entry{Kind: Reasoning, Time: at, Text: strings.Join(parts, "\n\n")})
		}
	case *protocol.FunctionCallItem:
		t.call(at, i.CallID, i.Name, i.Arguments)
	case *protocol.CustomToolCallItem:
		t.call(at, i.CallID, i.Name, i.Input)
	case *protocol.LocalShellCallItem:
		id := i.ID
		if i.CallID != nil {
			id = *i.CallID
		}
		t.command(at, id, i.Action.Command)
	case *protocol.WebSearchCallItem:
		if s, ok := i.Action.(*protocol.SearchAction); ok {
			t.append(Entry{Kind: Tool, Time: at, Title: "web search", Input: s.Query})
		}
	case *protocol.FunctionCallOutputItem:
		t.output(i.CallID, i.Output)
	case *protocol.CustomToolCallOutputItem:
		t.output(i.CallID, i.Output)
	}
}

func (t *Transcript) message(at string, m *protocol.MessageItem) {
	e := Entry{Kind: User, Time: at}
	if m.Role == "assistant" {
		e.Kind = Agent
	}
	var parts []string
	for _, c := range m.Content {
		switch c := c.(type) {
		case *protocol.InputTextContent:
			parts = append(parts, c.Text)
		case *protocol.OutputTextContent:
			parts = append(parts, c.Text)
		case *protocol.InputImageContent:
			e.Images = append(e.Images, c.ImageURL)
		}
	}
	e.Text = strings.Join(parts, "\n")
	if m.Role == "user" && rollout.Classify(e.Text) != protocol.KindPlain || e.Text == "" && len(e.Images) == 0 {
		return
	}
	if context, own, found := strings.Cut(e.Text, requestMarker); found && e.Kind == User {
		e.Context, e.Text = strings.TrimSpace(context), strings.TrimSpace(own)
	}
	t.append(e)
}

// requestMarker stands before the user's own words where an editor put context
// before them. (spec: events-and-rollouts, markers)
const requestMarker = "## My request for Codex:"

func (t *Transcript) command(at, id string, argv []string) {
	if call, kind := shellcmd.PatchCall(argv, nil); kind == shellcmd.PatchIntercepted {
		t.append(Entry{Kind: Patch, Time: at, Title: "apply_patch", Input: call.Patch, callID: id})
		return
	}
	line, err := shellcmd.Join(argv)
	if err != nil {
		line = strings.Join(argv, " ")
	}
	if len(argv) == 3 && argv[1] == "-lc" {
		line = argv[2]
	}
	t.append(Entry{Kind: Command, Time: at, Title: line, callID: id})
}
