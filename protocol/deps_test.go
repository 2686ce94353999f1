package protocol_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestDependencyBudget holds the package small enough for a small client: no
// network, no processes, no logging, nothing from third parties.
func TestDependencyBudget(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatalf("list the dependencies: %v", err)
	}
	deps := strings.Fields(string(out))
	const us = "github.com/codex-go/codex/"
	if !slices.Contains(deps, us+"mcptypes/wire") {
		t.Fatalf("the list lacks the codec: %v", deps)
	}
	banned := []string{"net", "net/http", "os/exec", "log", "log/slog", "os/signal", "plugin"}
	for _, d := range deps {
		first, _, _ := strings.Cut(d, "/")
		switch {
		case slices.Contains(banned, d):
			t.Errorf("depends on %s", d)
		case strings.HasPrefix(d, us):
			if d != us+"protocol" && d != us+"mcptypes" && d != us+"mcptypes/wire" {
				t.Errorf("depends on %s", d)
			}
		case strings.Contains(first, "."):
			t.Errorf("depends on the third-party package %s", d)
		}
	}
}
