package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/codex-go/codex/cmd/internal/term"
	"github.com/codex-go/codex/protocol"
)

// side is where a message comes from.
type side string

const (
	fromClient side = "client"
	fromServer side = "server"
)

// printer shows messages, readably or as they are.
type printer struct {
	mu      sync.Mutex
	out     io.Writer
	paint   term.Painter
	json    bool
	flowing bool // the line holds a text that is being streamed
	over    bool // the last word was said
	methods map[string]string
}

func newPrinter(out io.Writer, color, raw bool) *printer {
	return &printer{out: out, paint: term.Painter(color), json: raw, methods: make(map[string]string)}
}

// envelope is what the printer needs to know of a message.
type envelope struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int64  `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// message shows one message of the wire.
func (p *printer) message(from side, text []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.json {
		fmt.Fprintf(p.out, "{\"from\":%q,\"message\":%s}\n", from, text)
		return
	}
	if p.over {
		return
	}
	var e envelope
	if err := json.Unmarshal(text, &e); err != nil {
		p.line(term.Red, "!", "a line that is not a message: %v", err)
		return
	}
	if event, ok := strings.CutPrefix(e.Method, protocol.EventMethodPrefix); ok {
		p.event(event, e)
		return
	}
	arrow, style := "→", term.Blue
	if from == fromServer {
		arrow, style = "←", term.Cyan
	}
	key := string(from) + string(e.ID)
	switch {
	case e.Method != "" && e.ID != nil:
		p.methods[key] = e.Method
		p.line(style, arrow, "%s %s", e.Method, shorten(e.Params))
	case e.Method != "":
		p.line(style, arrow, "%s", e.Method)
	case e.Error != nil:
		p.line(term.Red, arrow, "%s failed: %s (%d)", p.asked(from, e.ID), e.Error.Message, e.Error.Code)
	default:
		p.line(style, arrow, "%s: %s", p.asked(from, e.ID), shorten(e.Result))
	}
}

// asked returns the method that a response of one side answers.
func (p *printer) asked(from side, id json.RawMessage) string {
	other := fromClient
	if from == fromClient {
		other = fromServer
	}
	return p.methods[string(other)+string(id)]
}

// event shows an event of the conversation.
func (p *printer) event(kind string, e envelope) {
	n, err := protocol.DecodeServerNotification(e.Method, e.Params)
	if err != nil {
		p.line(term.Red, "!", "%s: %v", e.Method, err)
		return
	}
	switch m := n.(*protocol.EventNotification).Msg.(type) {
	case *protocol.AgentMessageDeltaEvent:
		if !p.flowing {
			p.start(term.Bold, "agent")
			fmt.Fprint(p.out, " ")
		}
		p.flowing = true
		fmt.Fprint(p.out, m.Delta)
	case *protocol.AgentMessageEvent:
		if !p.flowing { // it was not streamed
			p.line(term.Bold, "agent", "%s", m.Message)
		}
		p.endFlow()
	case *protocol.ExecCommandBeginEvent:
		p.line(term.Yellow, kind, "%s", strings.Join(m.Command, " "))
	case *protocol.ExecCommandOutputDeltaEvent:
		p.block(term.Dim, string(m.Chunk))
	case *protocol.ExecCommandEndEvent:
		p.line(term.Yellow, kind, "exit code %d after %s", m.ExitCode, m.Duration.Std())
	case *protocol.PatchApplyBeginEvent:
		p.line(term.Yellow, kind, "%d file(s)", len(m.Changes))
	case *protocol.PatchApplyEndEvent:
		p.block(term.Dim, m.Stdout+m.Stderr)
	case *protocol.TurnDiffEvent:
		p.line(term.Dim, kind, "%d bytes", len(m.UnifiedDiff))
	case *protocol.TokenCountEvent:
		if m.Info != nil {
			p.line(term.Dim, kind, "%d tokens so far", m.Info.TotalTokenUsage.TotalTokens)
		}
	case *protocol.ErrorEvent:
		p.line(term.Red, kind, "%s", m.Message)
	default:
		p.line(term.Dim, kind, "")
	}
}

// note shows a remark of the demonstration itself.
func (p *printer) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.json {
		p.line(term.Green, "·", format, args...)
	}
}

// end shows what came of the conversation.
func (p *printer) end(diff, rollout string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.json {
		return
	}
	p.endFlow()
	fmt.Fprintln(p.out)
	if diff != "" {
		p.line(term.Green, "·", "What the turn changed:")
		for line := range strings.Lines(diff) {
			fmt.Fprint(p.out, "  ", p.paint.Paint(diffStyle(line), line))
		}
	}
	p.line(term.Green, "·", "The conversation is recorded in")
	fmt.Fprintln(p.out, "  "+rollout)
	p.over = true
	p.line(term.Green, "·", "Point an editor at \"codex app-server -c model_provider=demo\" to do the same there.")
}

func diffStyle(line string) string {
	switch {
	case strings.HasPrefix(line, "+"):
		return term.Green
	case strings.HasPrefix(line, "-"):
		return term.Red
	case strings.HasPrefix(line, "@@"):
		return term.Cyan
	}
	return term.Dim
}

// line shows a line with a mark in front.
func (p *printer) line(style, mark, format string, args ...any) {
	p.start(style, mark)
	if format != "" {
		fmt.Fprintf(p.out, " "+format, args...)
	}
	fmt.Fprintln(p.out)
}

// start begins a line with a mark.
func (p *printer) start(style, mark string) {
	p.endFlow()
	fmt.Fprint(p.out, p.paint.Paint(style, mark))
}

// endFlow ends a streamed text.
func (p *printer) endFlow() {
	if p.flowing {
		fmt.Fprintln(p.out)
		p.flowing = false
	}
}

// block shows indented text.
func (p *printer) block(style, text string) {
	p.endFlow()
	for line := range strings.Lines(text) {
		fmt.Fprintln(p.out, "  "+p.paint.Paint(style, strings.TrimRight(line, "\n")))
	}
}

// shorten cuts the parameters of a message to what fits on a line.
func shorten(params json.RawMessage) string {
	const limit = 160
	text := []rune(string(params))
	if len(text) <= limit {
		return string(text)
	}
	return string(text[:limit]) + "…"
}
