package budget

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/codex-go/codex/scripts/internal/workspace"
)

// TestLinked looks at what is in the program.
func TestLinked(t *testing.T) {
	t.Parallel()
	w := sources(t).Workspace
	program := filepath.Join(t.TempDir(), "codex.exe")
	if _, err := workspace.Run(t.Context(), w.Root, nil, "go", "build", "-buildvcs=false", "-o", program, "./cmd/codex"); err != nil {
		t.Fatal(err)
	}
	symbols, err := workspace.Run(t.Context(), w.Root, nil, "go", "tool", "nm", program)
	if err != nil {
		t.Fatal(err)
	}
	var linked []string
	for line := range strings.Lines(symbols) {
		if fields := strings.Fields(line); len(fields) >= 3 {
			linked = append(linked, fields[2])
		}
	}
	if !slices.Contains(linked, "main.main") {
		t.Fatalf("a list of %d symbols has no main.main", len(linked))
	}
	for symbol, why := range Unlinked {
		if slices.Contains(linked, symbol) {
			t.Errorf("the program contains %s: %s", symbol, why)
		}
	}
}
