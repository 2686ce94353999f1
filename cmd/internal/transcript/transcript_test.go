package transcript

import (
	"bufio"
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/rollout"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// read reads the recorded conversation under testdata.
func read(t *testing.T) *Transcript {
	t.Helper()
	path, err := filepath.Abs("testdata/talk.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(t.Context(), rollout.NewFileStore(t.TempDir(), nil), path)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestGolden(t *testing.T) {
	t.Parallel()
	tr := read(t)
	var text, full, color, page bytes.Buffer
	for _, w := range []struct {
		name string
		err  error
		got  *bytes.Buffer
	}{
		{"talk.txt", tr.WriteText(&text, TextOptions{}), &text},
		{"talk.full.txt", tr.WriteText(&full, TextOptions{Full: true}), &full},
		{"talk.color.txt", tr.WriteText(&color, TextOptions{Color: true}), &color},
		{"talk.html", tr.WriteHTML(&page), &page},
	} {
		if w.err != nil {
			t.Fatal(w.err)
		}
		path := filepath.Join("testdata", w.name)
		if *update {
			if err := os.WriteFile(path, w.got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), w.got.String()); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", w.name, diff)
		}
	}
}

func TestEntries(t *testing.T) {
	t.Parallel()
	var kinds []string
	for _, e := range read(t).Entries {
		kinds = append(kinds, string(e.Kind))
	}
	want := "user reasoning command patch tool tool agent note user agent"
	if got := strings.Join(kinds, " "); got != want {
		t.Errorf("entries are %q, want %q", got, want)
	}
}

// A conversation must not be able to run anything in the page, nor to play
// tricks with a terminal.
func TestHostile(t *testing.T) {
	t.Parallel()
	tr := &Transcript{Entries: []Entry{
		{Kind: User, Text: "<script>alert(1)</script>", Images: []string{"javascript:alert(1)", "https://example.com/x.png", "data:image/png;base64,AA=="}},
		{Kind: Command, Title: "echo \x1b]0;owned\x07", Text: "\x1b[2J\x9b31mred"},
		{Kind: Patch, Title: "apply_patch", Input: "+</pre><img src=x onerror=alert(1)>"},
	}}
	var page, text bytes.Buffer
	if err := tr.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "javascript:", "example.com", "<img src=x"} {
		if strings.Contains(page.String(), bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if !strings.Contains(page.String(), "data:image/png") {
		t.Error("the page does not show its image")
	}
	if err := tr.WriteText(&text, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(text.String(), "\x1b\x07\u009b") {
		t.Errorf("the text holds control characters: %q", text.String())
	}
}

func TestMarkup(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"plain", "a < b\n*c*", "a &lt; b\n*c*"},
		{"code and bold", "**so** `x **y**` **z", "<b>so</b> <code>x **y**</code> **z"},
		{"heading", "# What `it` is", "<b>What `it` is</b>"},
		{"block", "see\n```go\na `b` **c** <d>\n```\nend", "see\n<pre class=\"code\">a `b` **c** &lt;d&gt;\n</pre>end"},
		{"longer fence", "````\n```\n````", "<pre class=\"code\">```\n</pre>"},
		{"open block", "```\nx", "<pre class=\"code\">x</pre>"},
		{"hostile", "`</code><script>` **<img>**", "<code>&lt;/code&gt;&lt;script&gt;</code> <b>&lt;img&gt;</b>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			p := htmlPage{bufio.NewWriter(&b)}
			p.markup(tt.text)
			p.Flush()
			if diff := cmp.Diff(tt.want, b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCalls(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, tool, input, output string
		want                      Entry
	}{
		{
			"colours of a command", "shell", `{"command":["ls"]}`, `{"output":"\u001b[31mred\u001b[0m","metadata":{"exit_code":2}}`,
			Entry{Kind: Command, Title: "ls", Text: "red", ExitCode: new(2)},
		},
		{
			"plan", "update_plan", `{"explanation":"why","plan":[{"step":"a","status":"completed"},{"step":"b","status":"in_progress"},{"step":"c","status":"pending"}]}`, "ok",
			Entry{Kind: Tool, Title: "plan", Input: "why\n✓ a\n▸ b\n○ c", Text: "ok"},
		},
		{"no plan", "update_plan", `{"plan":1}`, "no", Entry{Kind: Tool, Title: "plan", Input: `{"plan":1}`, Text: "no"}},
		{
			"MCP tool", "a__b", `{"long":"` + strings.Repeat("x", 80) + `","n":1}`, `{"content":[{"type":"text","text":"one"},{"type":"image","data":""}]}`,
			Entry{Kind: Tool, Title: "a__b", Input: "{\n  \"long\": \"" + strings.Repeat("x", 80) + "\",\n  \"n\": 1\n}", Text: "one\n[image]"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := &Transcript{open: make(map[string]int)}
			tr.call("", "c1", tt.tool, tt.input)
			tr.output("c1", tt.output)
			got := tr.Entries[0]
			got.callID = ""
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(Entry{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}
