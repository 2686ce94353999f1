package transcript

import (
	"bufio"
	_ "embed"
	"fmt"
	"html"
	"io"
	"strings"
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
<title>Conversation %s</title>
<style>
`, string(t.Meta.ID))
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
	p.put("<header>\n<h1>Conversation %s</h1>\n<dl>\n", string(t.Meta.ID))
	p.put("<dt>started</dt><dd>%s</dd>\n", t.Meta.Timestamp)
	p.put("<dt>directory</dt><dd>%s</dd>\n", t.Meta.Cwd)
	if git := t.Meta.Git; git != nil && git.Branch != "" {
		p.put("<dt>branch</dt><dd>%s %s</dd>\n", git.Branch, git.CommitHash)
	}
	p.put("<dt>client</dt><dd>%s %s</dd>\n</dl>\n</header>\n", t.Meta.Originator, t.Meta.CLIVersion)
}

// entry writes one thing that was said or done.
func (p htmlPage) entry(e *Entry) {
	if e.Kind == Note {
		p.put(`<article class="note">%s`, e.Title)
		if e.Text != "" {
			p.put(": %s", e.Text)
		}
		p.put("</article>\n")
		return
	}
	p.put("<article class=\"%s\">\n", string(e.Kind))
	p.put("<div class=\"who\">%s · <time>%s</time></div>\n", string(e.Kind), e.Time)
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
	if e.Text != "" {
		p.put("<div class=\"text\">%s</div>\n", e.Text)
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
	if e.ExitCode != nil {
		class := "code"
		if *e.ExitCode != 0 {
			class = "code bad"
		}
		p.put("<span class=\"%s\">%s</span>", class, fmt.Sprintf("exit %d", *e.ExitCode))
	}
	p.put("</div>\n")
	switch {
	case e.Input == "":
	case e.Kind == Patch:
		p.put("<pre>")
		for line := range strings.SplitSeq(strings.TrimRight(e.Input, "\n"), "\n") {
			p.put(`<span class="%s">%s</span>`, diffClass(line), line)
		}
		p.put("</pre>\n")
	default:
		p.put("<pre>%s</pre>\n", e.Input)
	}
	switch {
	case e.Text == "":
	case strings.Count(e.Text, "\n") > shortLines:
		p.put("<details><summary>output</summary><pre>%s</pre></details>\n", e.Text)
	default:
		p.put("<pre>%s</pre>\n", e.Text)
	}
	p.put("</div>\n")
}

// footer tells what the conversation cost and what could not be read of it.
func (p htmlPage) footer(t *Transcript) {
	p.put("<footer>\n")
	if u := t.Tokens; u != nil {
		fmt.Fprintf(p, "%d tokens in (%d cached), %d out (%d reasoning).\n",
			u.InputTokens, u.CachedInputTokens, u.OutputTokens, u.ReasoningOutputTokens)
	}
	if t.Report.Invalid > 0 {
		fmt.Fprintf(p, "%d of %d recorded lines could not be read.\n", t.Report.Invalid, t.Report.Lines)
	}
	p.put("</footer>\n")
}
