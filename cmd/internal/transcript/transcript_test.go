package transcript

import (
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
