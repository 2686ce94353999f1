package login

import (
	"fmt"
	"html"
	"net/http"
)

// pageData fills the page that the user sees at the end.
type pageData struct {
	Title, Text string
	Link        string // where an organization has to be set up; empty for nowhere
}

// pageForm is the page: the title twice, the text, and what follows it.
const pageForm = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%[1]s</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 20vh auto 0; max-width: 32rem; padding: 0 1rem; text-align: center; color: #1a1a1a; background: #fff; }
  h1 { font-size: 1.5rem; font-weight: 600; }
  @media (prefers-color-scheme: dark) { body { color: #eee; background: #161616; } a { color: #8ab4f8; } }
</style>
</head>
<body>
<h1>%[1]s</h1>
<p>%[2]s</p>%[3]s
</body>
</html>
`

// show answers with a page.
func show(w http.ResponseWriter, status int, data pageData) {
	link := ""
	if data.Link != "" {
		link = "\n<p><a href=\"" + html.EscapeString(data.Link) + "\">Continue</a></p>"
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	// A browser that is gone needs no page, so its error tells nothing.
	_, _ = fmt.Fprintf(w, pageForm, html.EscapeString(data.Title), html.EscapeString(data.Text), link)
}
