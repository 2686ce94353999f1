package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadmeCommands looks for every command in README.md.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("not in the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, cmd := range newRoot().Commands() {
		if name := "codex " + cmd.Name(); cmd.IsAvailableCommand() && !strings.Contains(string(readme), "`"+name+"`") {
			t.Errorf("README.md does not tell about %q", name)
		}
	}
}
