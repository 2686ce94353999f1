package prompt_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/protocol"
)

func TestUserMessage(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"dot.gif": "GIF89a"})
	local := func(name string) protocol.InputItem {
		return &protocol.LocalImageInput{Path: filepath.Join(dir, name)}
	}
	text := func(s string) protocol.ContentItem { return &protocol.InputTextContent{Text: s} }
	image := func(s string) protocol.ContentItem { return &protocol.InputImageContent{ImageURL: s} }
	for _, c := range []struct {
		name  string
		input []protocol.InputItem
		want  []protocol.ContentItem
	}{
		{"nothing", nil, []protocol.ContentItem{}},
		{"text", []protocol.InputItem{&protocol.TextInput{Text: "hi"}}, []protocol.ContentItem{text("hi")}},
		{"all kinds in one message", []protocol.InputItem{
			&protocol.TextInput{Text: "a"}, &protocol.ImageInput{ImageURL: "https://example.com/x.png"}, local("dot.gif"), &protocol.TextInput{Text: "b"},
		}, []protocol.ContentItem{text("a"), image("https://example.com/x.png"), image("data:image/gif;base64,R0lGODlh"), text("b")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, errs := prompt.UserMessage(c.input)
			if len(errs) != 0 {
				t.Fatal(errs)
			}
			if diff := cmp.Diff(&protocol.MessageItem{Role: "user", Content: c.want}, got); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

// The model learns of an image that it does not get.
func TestUserMessageWithUnreadableImages(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"folder/": "", "note.png": "hello"})
	m, errs := prompt.UserMessage([]protocol.InputItem{
		&protocol.LocalImageInput{Path: filepath.Join(dir, "gone.png")},
		&protocol.LocalImageInput{Path: filepath.Join(dir, "folder")},
		&protocol.LocalImageInput{Path: filepath.Join(dir, "note.png")},
	})
	if len(errs) != 3 || len(m.Content) != 3 {
		t.Fatalf("%d errors, %d parts, want 3 and 3", len(errs), len(m.Content))
	}
	for i, name := range []string{"gone.png", "folder", "note.png"} {
		if text := m.Content[i].(*protocol.InputTextContent).Text; !strings.Contains(text, name) {
			t.Errorf("part %d does not name %s: %q", i, name, text)
		}
	}
}
