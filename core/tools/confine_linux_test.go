package tools_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/sandbox"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// TestCommandsThatCannotStart starts commands under every policy. The error is the
// same under each: it names the command's own program, never the helper of the
// sandbox, and what is wrong.
func TestCommandsThatCannotStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"plain": "x", "script": "#!/no/such/interpreter\n", "binary": "\x7fELF\x00\x00"} {
		mode := os.FileMode(0o755)
		if name == "plain" {
			mode = 0o644
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "locked"), 0); err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if report, err := box.Report(t.Context()); err != nil || !report.Available {
		t.Skipf("there is no sandbox here: %v, %v", report, err)
	}
	confiner := tools.Confiner{Box: box}
	runner := exec.NewRunner(&exec.RunnerOptions{Keeper: confiner.Keeper()})
	t.Cleanup(func() {
		if err := runner.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, tt := range []struct {
		name  string
		argv  []string
		dir   string // below dir
		want  error
		code  int
		names string // what the message has, beside the program
	}{
		{"no folder", []string{"true"}, "none", exec.ErrBadDir, exec.ExitNotExecutable, "none"},
		{"the folder is a file", []string{"true"}, "plain", exec.ErrBadDir, exec.ExitNotExecutable, "plain"},
		{"the folder is locked", []string{"true"}, "locked", exec.ErrBadDir, exec.ExitNotExecutable, "locked"},
		{"no program", []string{"no-such-program"}, "", exec.ErrNotFound, exec.ExitNotFound, ""},
		{"no program at a path", []string{"/no/such"}, "", exec.ErrNotFound, exec.ExitNotFound, ""},
		{"not executable", []string{"./plain"}, "", exec.ErrNotExecutable, exec.ExitNotExecutable, ""},
		{"a folder", []string{"/"}, "", exec.ErrNotExecutable, exec.ExitNotExecutable, ""},
		{"no interpreter", []string{"./script"}, "", exec.ErrNotExecutable, exec.ExitNotExecutable, ""},
		{"no program inside", []string{"./binary"}, "", exec.ErrNotExecutable, exec.ExitNotExecutable, ""},
		{"empty name", []string{""}, "", exec.ErrNotFound, exec.ExitNotFound, ""},
		{"zero byte", []string{"true", "a\x00"}, "", exec.ErrNUL, exec.ExitNotExecutable, ""},
		{"nothing", nil, "", exec.ErrEmptyCommand, exec.ExitNone, ""},
	} {
		for _, policy := range []protocol.SandboxPolicy{full, readOnly, workspace, &protocol.WorkspaceWritePolicy{NetworkAccess: true}} {
			t.Run(tt.name+"/"+string(policy.Mode()), func(t *testing.T) {
				t.Parallel()
				if tt.dir == "locked" && os.Geteuid() == 0 {
					t.Skip("nothing is locked for root")
				}
				cmd := exec.Command{Argv: tt.argv, Dir: filepath.Join(dir, tt.dir), Env: []string{"PATH=/usr/bin:/bin"}}
				var err error
				if policy != full {
					err = confiner.Confine(&cmd, policy, dir)
				}
				if err == nil {
					_, err = runner.Run(t.Context(), cmd, nil)
				}
				var start *exec.StartError
				if !errors.As(err, &start) || !errors.Is(err, tt.want) || start.ExitCode != tt.code {
					t.Fatalf("error %v", err)
				}
				if len(tt.argv) > 0 && start.Program != tt.argv[0] {
					t.Errorf("the program is %q", start.Program)
				}
				if text := err.Error(); strings.Contains(text, sandbox.HelperName) || !strings.Contains(text, tt.names) {
					t.Errorf("error %v", err)
				}
			})
		}
	}
}
