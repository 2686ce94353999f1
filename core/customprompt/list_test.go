package customprompt

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

func TestList(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	dir := filepath.Join(home, "prompts")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	str := func(s string) *string { return &s }
	files := map[string]string{
		"plain.md":        "just text\n",
		"front.MD":        "---\ndescription: \"Looks at it\"\nargument-hint: [file]\n# no\nother: x\n---\nBody\r\n",
		"underscore.md":   "---\nArgument_Hint: 'a b'\n---\n",
		"unterminated.md": "---\ndescription: x\nBody",
		"no.txt":          "text",
		"binary.md":       "\xff\xfe",
		".md":             "a file without a name",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("plain.md", filepath.Join(dir, "link.md")); err != nil {
		t.Fatal(err)
	}
	want := []protocol.CustomPrompt{
		{Name: "front", Path: filepath.Join(dir, "front.MD"), Content: "Body\r\n", Description: str("Looks at it"), ArgumentHint: str("[file]")},
		{Name: "plain", Path: filepath.Join(dir, "plain.md"), Content: "just text\n"},
		{Name: "underscore", Path: filepath.Join(dir, "underscore.md"), ArgumentHint: str("a b")},
		{Name: "unterminated", Path: filepath.Join(dir, "unterminated.md"), Content: "---\ndescription: x\nBody"},
	}
	if diff := cmp.Diff(want, List(home)); diff != "" {
		t.Errorf("prompts differ (-want +got):\n%s", diff)
	}
	if got := List(filepath.Join(home, "missing")); got == nil || len(got) != 0 {
		t.Errorf("without a directory: %v, want an empty list", got)
	}
}
