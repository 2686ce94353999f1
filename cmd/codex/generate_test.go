package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestGenerateExitCodes checks the codes that build scripts tell apart: 2 for a
// mistake on the command line, 1 for failures and for changes that break.
func TestGenerateExitCodes(t *testing.T) {
	t.Parallel()
	old := t.TempDir()
	text := "// GENERATED CODE! DO NOT MODIFY BY HAND!\n\nexport type Gone = string;\n"
	if err := os.WriteFile(filepath.Join(old, "Gone.ts"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		want int
	}{
		{"TypeScript without a folder", []string{"generate-ts"}, 2},
		{"JSON Schema without a folder", []string{"generate-json-schema"}, 2},
		{"a flag without its value", []string{"generate-ts", "--out"}, 2},
		{"a formatter and nothing to format", []string{"generate-ts", "--diff", old, "-p", "x"}, 2},
		{"written", []string{"generate-ts", "--out", filepath.Join(t.TempDir(), "ts")}, 0},
		{"something breaks", []string{"generate-ts", "--diff", old}, 1},
		{"nothing to compare with", []string{"generate-json-schema", "--diff", old}, 1},
		{"the folder is a file", []string{"generate-ts", "-o", filepath.Join(old, "Gone.ts")}, 1},
		{"no formatter", []string{"generate-ts", "-o", filepath.Join(t.TempDir(), "ts"), "-p", filepath.Join(old, "none")}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root := newRoot()
			root.SetArgs(test.args)
			root.SetOut(io.Discard)
			root.SetErr(io.Discard)
			got := 0
			if err := root.ExecuteContext(t.Context()); err != nil {
				got = 1
				var exit *exitError
				if errors.As(err, &exit) {
					got = exit.code
				}
			}
			if got != test.want {
				t.Errorf("exit code %d, want %d", got, test.want)
			}
		})
	}
}
