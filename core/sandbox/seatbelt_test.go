package sandbox

import (
	"slices"
	"strings"
	"testing"

	"github.com/codex-go/codex/core/sandbox/internal/policy"
)

// TestSeatbelt looks at what sandbox-exec is told; what it then does can only
// be tested on macOS.
func TestSeatbelt(t *testing.T) {
	root := policy.Resolve(t.TempDir())
	roots := Roots{{Path: root, ReadOnly: []string{root + "/.git"}}}
	inv := seatbelt([]string{"/bin/echo", "-n", "a b"}, &policy.Policy{Mode: policy.WorkspaceWrite}, roots)

	if inv.Path != sandboxExec || inv.Arg0 != sandboxExec {
		t.Errorf("starts %s as %s", inv.Path, inv.Arg0)
	}
	if !slices.Contains(inv.Env, "CODEX_SANDBOX=seatbelt") {
		t.Errorf("environment %q", inv.Env)
	}
	end := slices.Index(inv.Args, "--")
	if end < 0 || !slices.Equal(inv.Args[end+1:], []string{"/bin/echo", "-n", "a b"}) {
		t.Errorf("arguments %q do not end in the command", inv.Args)
	}
	if !slices.Contains(inv.Args, "-DWRITABLE_ROOT_0="+root) {
		t.Errorf("arguments %q lack the root", inv.Args)
	}
	profile := inv.Args[1]
	if strings.Contains(profile, root) {
		t.Error("a path is part of the profile's language")
	}
	if strings.Contains(profile, "network-outbound") {
		t.Error("the network is open")
	}
	if got, want := strings.Count(profile, "("), strings.Count(profile, ")"); got != want {
		t.Errorf("%d parentheses open, %d close", got, want)
	}
}
