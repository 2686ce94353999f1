package transcript

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed page.html
var page string

// pageTemplate escapes everything that the conversation holds; images are
// shown when they are part of the page.
var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"lines":     func(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") },
	"diffClass": diffClass,
	"exit": func(e Entry) string {
		if e.ExitCode == nil {
			return ""
		}
		return fmt.Sprintf("exit %d", *e.ExitCode)
	},
	"failed": func(e Entry) bool { return e.ExitCode != nil && *e.ExitCode != 0 },
	"image": func(url string) template.URL {
		if !strings.HasPrefix(url, "data:image/") {
			return ""
		}
		return template.URL(url) //nolint:gosec // a data URL of an image cannot run anything
	},
	"long": func(text string) bool { return strings.Count(text, "\n") > shortLines },
}).Parse(page))

// WriteHTML writes the transcript as one HTML page that needs nothing else.
func (t *Transcript) WriteHTML(out io.Writer) error {
	if err := pageTemplate.Execute(out, t); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}
