//go:build unix

package tools_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// A patch reaches the process that applies it in the sandbox, also one that is
// longer than an argument can be.
func TestPatchProcess(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "codex")
	const script = `#!/bin/sh
if [ "$2" = - ]; then echo "$1" stdin $(wc -c); else echo "$1" argument $(printf %s "$2" | wc -c); fi
`
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		size int
		how  string
	}{
		{"short", 100, "argument"},
		{"long", 200 << 10, "stdin"},
		{"very long", 4 << 20, "stdin"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, protocol.AskNever, workspace, func(o *tools.Options) { o.Executable = program })
			text := patchText("*** Add File: a\n+" + strings.Repeat("x", c.size))
			got, success := s.call("c1", "apply_patch", args{"input": text})
			length := len(strings.TrimSuffix(text, "\n")) // the text of a patch has no line break at its end
			want := fmt.Sprintf(`{"output":"--codex-run-as-apply-patch %s %d\n","metadata":{"exit_code":0,`, c.how, length)
			if diff := cmp.Diff(want, got[:min(len(want), len(got))]); diff != "" || !success {
				t.Errorf("success %v, text (-want +got):\n%s", success, diff)
			}
		})
	}
}
