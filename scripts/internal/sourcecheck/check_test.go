package sourcecheck

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/scripts/internal/workspace"
)

func TestFile(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\n", MaxLines+1)
	rules := Rules{MachinePaths: []string{"/home/someone/codex/"}}
	// The words are put together so that this file passes its own check.
	todo, fixme := "TO"+"DO", "FIX"+"ME"
	shared := ".." + "/shared"
	tests := []struct {
		name string
		file string
		text string
		want []string
	}{
		{"clean", "core/a.go", "package a\n", nil},
		{"comment", "core/a.go", "package a\n\n// " + todo + " later\n", []string{"core/a.go:3: unfinished: " + todo}},
		{"with name", "core/a.go", "x() // see " + fixme + "(me)\n", []string{"core/a.go:1: unfinished: " + fixme}},
		{"shell comment", "scripts/x", "# " + todo + "\n", []string{"scripts/x:1: unfinished: " + todo}},
		{"a command that searches", "core/a.go", `run("rg ` + todo + ` src")` + "\n", nil},
		{"part of a word", "core/a.go", "// XXXL and " + todo + "S\n", nil},
		{"binary", "core/a.bin", "\x00// " + todo, nil},
		{"recorded", "core/testdata/a.txt", "// " + todo + "\n", nil},
		{"machine path", "doc.md", "see /home/someone/codex/core\n", []string{"doc.md:1: a path of one machine: /home/someone/codex/"}},
		{"outside", "README.md", "see " + shared + "/notes.md\n", []string{"README.md:1: a path outside the repository: " + shared + "/notes.md"}},
		{"outside, allowed", "scripts/generate", shared + "/mcp/schema/2025\n", nil},
		{"outside, allowed elsewhere", "README.md", shared + "/mcp/schema\n", []string{"README.md:1: a path outside the repository: " + shared + "/mcp/schema"}},
		{"outside, similar", "scripts/generate", shared + "/mcp/schemas\n", []string{"scripts/generate:1: a path outside the repository: " + shared + "/mcp/schemas"}},
		{"long", "core/a.go", long, []string{"core/a.go: 601 lines, more than 600: would two names tell more than one?"}},
		{"long script", "scripts/a", long, []string{"scripts/a: 601 lines, more than 600: would two names tell more than one?"}},
		{"long test", "core/a_test.go", long, nil},
		{"long generated", "core/a_gen.go", long, nil},
		{"long document", "CHANGELOG.md", long, nil},
		{"pattern on first use", "core/a.go", "package a\n\nvar x = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`a+`) })\n", nil},
		{"pattern at start", "core/a.go", "package a\n\nvar (\n\tx = 1\n\ty = regexp.MustCompile(z)\n)\n", []string{
			"core/a.go:5: compiled whenever the program starts: would sync.OnceValue do?",
		}},
		{"patterns at start, in a table", "core/a.go", "package a\n\nvar x = []*regexp.Regexp{\n\tregexp.MustCompile(`a`),\n}\n", []string{
			"core/a.go:4: compiled whenever the program starts: would sync.OnceValue do?",
		}},
		{"pattern in a test", "core/a_test.go", "package a\n\nvar x = regexp.MustCompile(`(`)\n", nil},
		{"pattern that is none", "core/a.go", "package a\n\nfunc f() {\n\tregexp.MustCompile(\"a\\\\x(\")\n}\n", []string{
			"core/a.go:4: error parsing regexp: invalid escape sequence: `\\x(`",
		}},
		{"as long as may be", "core/a.go", long[1:], nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range File(test.file, []byte(test.text), rules) {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRepository holds this repository to its own rules.
func TestRepository(t *testing.T) {
	t.Parallel()
	w, err := workspace.Find(".")
	if errors.Is(err, workspace.ErrNone) {
		t.Skip("not in the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(w.Root, ".git")); err != nil {
		t.Skip("not a checkout")
	}
	problems, err := Repository(t.Context(), w.Root)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func TestMachinePaths(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, root string
		want       []string
	}{
		{"in a home folder", "/home/someone/codex", []string{"/home/someone/codex/", "/home/someone/shared/", "/home/someone/main/"}},
		{"at the top", "/codex", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, machinePaths(test.root)); diff != "" {
				t.Errorf("paths (-want +got):\n%s", diff)
			}
		})
	}
}
