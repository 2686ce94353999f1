package transcript

import (
	"bufio"
	_ "embed"
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"
	"time"
)

//go:embed page.css
var pageStyle string

// WriteHTML writes the transcript as one HTML page that needs nothing else.
// Everything that the conversation holds is escaped; images are shown when
// they are part of the page.
func (t *Transcript) WriteHTML(out io.Writer) error {
	p := htmlPage{bufio.NewWriter(out)}
	p.transcript(t)
	if err := p.Flush(); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// htmlPage writes a page. It is plain code and no template: the template
// packages find methods by name at run time, for which the linker has to keep
// every exported method in the program. Errors stay in the buffer until it is
// flushed.
type htmlPage struct{ *bufio.Writer }

// put writes markup in which every %s stands for text that is escaped, as
// content or as a quoted attribute.
func (p htmlPage) put(markup string, texts ...string) {
	for _, text := range texts {
		before, after, _ := strings.Cut(markup, "%s")
		p.WriteString(before)
		p.WriteString(html.EscapeString(text))
		markup = after
	}
	p.WriteString(markup)
}

// transcript writes the whole page.
func (p htmlPage) transcript(t *Transcript) {
	p.put(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>%s</title>
<style>
`, t.title())
	p.WriteString(pageStyle)
	p.put("</style>\n</head>\n<body>\n<main>\n")
	p.header(t)
	for i := range t.Entries {
		p.entry(&t.Entries[i])
	}
	p.footer(t)
	p.put("</main>\n</body>\n</html>\n")
}

// header tells where the conversation comes from.
func (p htmlPage) header(t *Transcript) {
	p.put("<header>\n<h1>%s</h1>\n<dl>\n", t.title())
	p.put("<dt>conversation</dt><dd>%s</dd>\n", string(t.Meta.ID))
	p.put("<dt>started</dt><dd>%s</dd>\n", reformat(t.Meta.Timestamp, "2 January 2006, 15:04 UTC"))
	p.put("<dt>directory</dt><dd>%s</dd>\n", t.Meta.Cwd)
	if git := t.Meta.Git; git != nil && git.Branch != "" {
		p.put("<dt>branch</dt><dd>%s %s</dd>\n", git.Branch, git.CommitHash)
	}
	p.put("<dt>client</dt><dd>%s %s</dd>\n</dl>\n</header>\n", t.Meta.Originator, t.Meta.CLIVersion)
}

// entry writes one thing that was said or done.
func (p htmlPage) entry(e *Entry) {
	if e.Kind == Note {
		p.put("<article class=\"note\"><div class=\"what\">%s</div>\n", e.Title)
		if e.Text != "" {
			p.put(`<div class="text">`)
			p.markup(e.Text)
			p.put("</div>\n")
		}
		p.put("</article>\n")
		return
	}
	p.put("<article class=\"%s\">\n", string(e.Kind))
	p.put("<div class=\"who\">%s · <time datetime=\"%s\">%s</time></div>\n", string(e.Kind), e.Time, reformat(e.Time, "15:04:05"))
	switch e.Kind {
	case User, Agent, Reasoning:
		p.message(e)
	default:
		p.call(e)
	}
	p.put("</article>\n")
}

// message writes what somebody said.
func (p htmlPage) message(e *Entry) {
	if e.Text != "" || e.Context != "" {
		p.put(`<div class="text">`)
		if e.Context != "" {
			p.put("<details><summary>context from the editor</summary>%s</details>", e.Context)
		}
		p.markup(e.Text)
		p.put("</div>\n")
	}
	for _, url := range e.Images {
		if strings.HasPrefix(url, "data:image/") {
			p.put("<img src=\"%s\" alt=\"attached image\">\n", url)
		} else {
			p.put("<div class=\"who\">an image that is not part of this page</div>\n")
		}
	}
}

// call writes what a tool was asked and what came of it.
func (p htmlPage) call(e *Entry) {
	p.put("<div class=\"box\">\n<div class=\"bar\"><span>")
	if e.Kind == Command {
		p.put("$ ")
	}
	p.put("%s</span>", e.Title)
	switch {
	case e.Unanswered:
		p.put(`<span class="state bad">no output recorded</span>`)
	case e.ExitCode == nil:
	case *e.ExitCode == 0:
		p.put(`<span class="state">exit 0</span>`)
	default:
		p.put(`<span class="state bad">exit %s</span>`, strconv.Itoa(*e.ExitCode))
	}
	p.put("</div>\n")
	switch {
	case e.Input == "":
	case e.Kind == Patch:
		p.put(`<pre class="diff">`)
		for line := range strings.SplitSeq(strings.TrimRight(e.Input, "\n"), "\n") {
			p.put(`<span class="%s">%s</span>`, diffClass(line), line)
		}
		p.put("</pre>\n")
	default:
		p.put("<pre>%s</pre>\n", e.Input)
	}
	p.output(e.Text)
	p.put("</div>\n")
}

// output writes what came of a call: the beginning at once, and the rest of a
// long one when the reader asks for it.
func (p htmlPage) output(text string) {
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return
	}
	head, rest := cutLines(text, shortLines)
	p.put("<pre>%s</pre>\n", head)
	if rest != "" {
		p.put("<details><summary>%s more lines</summary><pre>%s</pre></details>\n", strconv.Itoa(strings.Count(rest, "\n")+1), rest)
	}
}

// cutLines cuts a text behind its first n lines, but not for the sake of a
// single line.
func cutLines(text string, n int) (head, rest string) {
	end := 0
	for range n {
		i := strings.IndexByte(text[end:], '\n')
		if i < 0 {
			return text, ""
		}
		end += i + 1
	}
	if !strings.Contains(text[end:], "\n") {
		return text, ""
	}
	return text[:end-1], text[end:]
}

// footer tells what the conversation cost and what could not be read of it.
func (p htmlPage) footer(t *Transcript) {
	p.put("<footer>\n")
	if u := t.Tokens; u != nil {
		fmt.Fprintf(p, "%s tokens in (%s cached), %s out (%s reasoning).\n",
			grouped(u.InputTokens), grouped(u.CachedInputTokens), grouped(u.OutputTokens), grouped(u.ReasoningOutputTokens))
	}
	for _, lost := range t.losses() {
		p.put("%s\n", lost)
	}
	p.put("</footer>\n")
}

// unmarked takes out of a title what markup would show.
var unmarked = strings.NewReplacer("**", "", "`", "")

// title returns what the conversation is about: the first line of what the
// user asked first, shortened.
func (t *Transcript) title() string {
	const width = 80
	for _, e := range t.Entries {
		line, _, _ := strings.Cut(strings.TrimSpace(e.Text), "\n")
		line = unmarked.Replace(line)
		if e.Kind != User || line == "" {
			continue
		}
		if runes := []rune(line); len(runes) > width {
			line = string(runes[:width-1]) + "…"
		}
		return line
	}
	return "Conversation " + string(t.Meta.ID)
}

// reformat shows a recorded time in another layout, or as it is when it is
// none.
func reformat(stamp, layout string) string {
	t, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		return stamp
	}
	return t.UTC().Format(layout)
}

// grouped writes a number with commas between the thousands.
func grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
