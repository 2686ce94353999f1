package transcript

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/codex-go/codex/cmd/internal/term"
)

// TextOptions say how a transcript is written for a terminal.
type TextOptions struct {
	Color bool
	// Full shows all output; otherwise the beginning of it.
	Full bool
}

// shortLines is how much of an output is shown unless all of it is asked for.
const shortLines = 12

type textWriter struct {
	*bufio.Writer
	term.Painter
	full bool
}

// WriteText writes the transcript as text.
func (t *Transcript) WriteText(out io.Writer, o TextOptions) error {
	w := &textWriter{bufio.NewWriter(out), term.Painter(o.Color), o.Full}
	if t.Meta.ID == "" {
		fmt.Fprintln(w, w.Paint(term.Bold, "A conversation that does not tell its id"))
	} else {
		fmt.Fprintln(w, w.Paint(term.Bold, "Conversation "+string(t.Meta.ID)))
		fmt.Fprintln(w, w.Paint(term.Dim, term.Clean(t.Meta.Timestamp+"  "+t.Meta.Cwd)))
	}
	for _, e := range t.Entries {
		w.entry(e)
	}
	if t.Tokens != nil {
		fmt.Fprintf(w, "\n%s\n", w.Paint(term.Dim, fmt.Sprintf("%s tokens in, %s of them cached; %s out",
			grouped(t.Tokens.InputTokens), grouped(t.Tokens.CachedInputTokens), grouped(t.Tokens.OutputTokens))))
	}
	for _, lost := range t.losses() {
		fmt.Fprintf(w, "\n%s\n", w.Paint(term.Yellow, term.Clean(lost)))
	}
	return w.Flush()
}

func (w *textWriter) entry(e Entry) {
	fmt.Fprintln(w)
	switch e.Kind {
	case User:
		fmt.Fprintln(w, w.Paint(term.Cyan, "user"))
		if w.full {
			w.block(e.Context, term.Dim, true)
		}
		w.block(e.Text, "", true)
	case Agent:
		fmt.Fprintln(w, w.Paint(term.Magenta, "agent"))
		w.block(e.Text, "", true)
	case Reasoning:
		fmt.Fprintln(w, w.Paint(term.Dim, "thinking"))
		w.block(e.Text, term.Dim, true)
	case Command:
		w.heading("$ "+term.Clean(e.Title), e)
		w.block(e.Text, term.Dim, false)
	case Patch:
		w.heading(term.Clean(e.Title), e)
		w.diff(e.Input)
		w.block(e.Text, term.Dim, false)
	case Tool:
		w.tool(e)
	case Note:
		fmt.Fprintf(w, "%s\n", w.Paint(term.Yellow, "— "+term.Clean(e.Title)))
		w.block(e.Text, term.Dim, false)
	}
	for range e.Images {
		fmt.Fprintln(w, w.Paint(term.Dim, "  [image]"))
	}
}

// tool writes what a tool was asked, on the line of its name when it fits, and
// what came of it.
func (w *textWriter) tool(e Entry) {
	whole := !strings.Contains(e.Input, "\n")
	if whole && e.Input != "" {
		w.heading(term.Clean(e.Title), e, term.Clean(e.Input))
	} else {
		w.heading(term.Clean(e.Title), e)
	}
	if !whole {
		w.block(e.Input, "", false)
	}
	w.block(e.Text, term.Dim, false)
}

// heading writes the line above what came of a call.
func (w *textWriter) heading(title string, e Entry, more ...string) {
	line := append([]string{w.Paint(term.Bold, title)}, more...)
	if state := w.exit(e); state != "" {
		line = append(line, state)
	}
	fmt.Fprintln(w, strings.Join(line, " "))
}

// exit shows an exit code that is not 0.
func (w *textWriter) exit(e Entry) string {
	if e.Unanswered {
		return w.Paint(term.Red, "(no output recorded)")
	}
	if e.ExitCode == nil || *e.ExitCode == 0 {
		return ""
	}
	return w.Paint(term.Red, fmt.Sprintf("(exit %d)", *e.ExitCode))
}

func (w *textWriter) block(text, style string, whole bool) {
	n := 0
	for line := range strings.Lines(text) {
		if n++; !whole && !w.full && n > shortLines {
			fmt.Fprintln(w, "  "+w.Paint(term.Dim, fmt.Sprintf("… %d more lines", strings.Count(text, "\n")-shortLines)))
			return
		}
		fmt.Fprintln(w, "  "+w.Paint(style, term.Clean(strings.TrimRight(line, "\r\n"))))
	}
}

func (w *textWriter) diff(patch string) {
	for line := range strings.Lines(patch) {
		line = term.Clean(strings.TrimRight(line, "\r\n"))
		fmt.Fprintln(w, "  "+w.Paint(diffColors[diffClass(line)], line))
	}
}

// diffClass tells what a line of a patch is.
func diffClass(line string) string {
	switch {
	case strings.HasPrefix(line, "***"), strings.HasPrefix(line, "@@"):
		return "head"
	case strings.HasPrefix(line, "+"):
		return "add"
	case strings.HasPrefix(line, "-"):
		return "del"
	}
	return "same"
}

var diffColors = map[string]string{"head": term.Cyan, "add": term.Green, "del": term.Red}
