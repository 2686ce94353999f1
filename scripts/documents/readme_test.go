package documents

import (
	"encoding/json"
	"errors"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/scripts/internal/workspace"
)

// root is the folder of the repository.
func root(t *testing.T) string {
	t.Helper()
	w, err := workspace.Find(".")
	if errors.Is(err, workspace.ErrNone) {
		t.Skip("not in the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	return w.Root
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// blocks returns the code blocks of a language in a Markdown text.
func blocks(text, language string) []string {
	var found []string
	for _, part := range strings.Split("\n"+text, "\n```"+language+"\n")[1:] {
		code, _, _ := strings.Cut(part, "\n```")
		found = append(found, code+"\n")
	}
	return found
}

// TestReadmeProgram runs the Go program in README.md as its readers would, with
// an environment that holds nothing of this one's.
func TestReadmeProgram(t *testing.T) {
	t.Parallel()
	top := root(t)
	programs := blocks(read(t, filepath.Join(top, "README.md")), "go")
	if len(programs) != 1 {
		t.Fatalf("README.md has %d Go programs, want 1", len(programs))
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, []byte(programs[0]), 0o644); err != nil {
		t.Fatal(err)
	}
	// The overlay puts the program into a folder of a module that may import
	// what it imports.
	place := filepath.Join(top, "scripts", "documents", "readme", "main.go")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {place: source}})
	if err != nil {
		t.Fatal(err)
	}
	overlayFile := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlayFile, overlay, 0o644); err != nil {
		t.Fatal(err)
	}
	if formatted, err := format.Source([]byte(programs[0])); err != nil || string(formatted) != programs[0] {
		t.Errorf("the program is not formatted: %v", err)
	}
	program := filepath.Join(dir, "program.exe")
	if _, err := workspace.Run(t.Context(), top, nil, "go", "build", "-overlay", overlayFile, "-o", program, "./scripts/documents/readme"); err != nil {
		t.Fatal(err)
	}
	env := []string{"HOME=" + dir, "USERPROFILE=" + dir, "CODEX_HOME=", "OPENAI_API_KEY=", "http_proxy=", "HTTP_PROXY="}
	out, err := workspace.Run(t.Context(), dir, env, program)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("Hello from the model.\n", out); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

// TestSettings reads the settings that README.md gives as JSON.
func TestSettings(t *testing.T) {
	t.Parallel()
	for _, block := range blocks(read(t, filepath.Join(root(t), "README.md")), "json") {
		if !json.Valid([]byte(block)) {
			t.Errorf("not JSON:\n%s", block)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)\s]*)?\)`)

// TestLinks looks whether what the documents point at is there.
func TestLinks(t *testing.T) {
	t.Parallel()
	top := root(t)
	documents, err := filepath.Glob(filepath.Join(top, "*.md"))
	if err != nil || len(documents) < 5 {
		t.Fatalf("found documents %v, error %v", documents, err)
	}
	for _, document := range documents {
		for _, m := range link.FindAllStringSubmatch(read(t, document), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(top, filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s: %v", filepath.Base(document), err)
			}
		}
	}
}

// script finds commands of the repository: in code, after the beginning of a
// line or a blank.
var script = regexp.MustCompile("(?:^|[\\s`])((?:scripts|\\.ci)/[a-z0-9-]+)(?:[\\s`]|$)")

// TestScripts looks whether the scripts that the documents name exist and can
// be run.
func TestScripts(t *testing.T) {
	t.Parallel()
	top := root(t)
	named := 0
	for _, document := range []string{"README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"} {
		for _, m := range script.FindAllStringSubmatch(read(t, filepath.Join(top, document)), -1) {
			named++
			if _, err := os.Stat(filepath.Join(top, filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s: %v", document, err)
			}
		}
	}
	if named == 0 {
		t.Error("no document names a script")
	}
}
