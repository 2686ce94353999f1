package transcript

import (
	"html"
	"regexp"
	"strings"
	"sync"
)

// Marks within a line that are shown as what they mean. They are looked for in
// text that is escaped already.
var (
	inlineCode = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("`([^`]+)`") })
	inlineBold = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\*\*([^*\s](?:[^*]*[^*\s])?)\*\*`) })
	heading    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^#{1,6} +(.+)$`) })
)

// markup writes a text with the marks that people and models use most: blocks
// and words of code, headings and bold words. Everything else is the text as it
// is, escaped.
func (p htmlPage) markup(text string) {
	fence := "" // that ends the block of code; "" outside of one
	for line := range strings.Lines(strings.TrimSpace(text)) {
		trimmed := strings.TrimSpace(line)
		switch {
		case fence == "" && strings.HasPrefix(trimmed, "```"):
			fence = trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, "`"))]
			p.put(`<pre class="code">`)
		case fence != "" && trimmed == fence:
			fence = ""
			p.put("</pre>")
		case fence != "":
			p.put("%s", line)
		default:
			p.WriteString(inlineMarkup(line))
		}
	}
	if fence != "" {
		p.put("</pre>")
	}
}

// inlineMarkup shows the marks within a line.
func inlineMarkup(line string) string {
	body, end := strings.TrimRight(line, "\r\n"), ""
	if len(body) < len(line) {
		end = "\n"
	}
	body = html.EscapeString(body)
	if h := heading().FindStringSubmatch(body); h != nil {
		return "<b>" + h[1] + "</b>" + end
	}
	var b strings.Builder
	at := 0
	for _, code := range inlineCode().FindAllStringSubmatchIndex(body, -1) {
		b.WriteString(inlineBold().ReplaceAllString(body[at:code[0]], "<b>$1</b>"))
		b.WriteString("<code>" + body[code[2]:code[3]] + "</code>")
		at = code[1]
	}
	b.WriteString(inlineBold().ReplaceAllString(body[at:], "<b>$1</b>"))
	return b.String() + end
}
