package shellenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/codex-go/codex/core/shellcmd"
	"github.com/google/go-cmp/cmp"
)

func TestRewrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rc := filepath.Join(dir, ".bashrc")
	spaced := filepath.Join(dir, "my home's")
	if err := os.Mkdir(spaced, 0o755); err != nil {
		t.Fatal(err)
	}
	spacedRC := filepath.Join(spaced, ".zshrc")
	for _, path := range []string{rc, spacedRC} {
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	quotedRC, err := shellcmd.Join([]string{spacedRC})
	if err != nil {
		t.Fatal(err)
	}
	quoted, err := shellcmd.Join([]string{rc})
	if err != nil {
		t.Fatal(err)
	}
	bash := Shell{Kind: Bash, Path: "/bin/bash", RCFile: rc}
	zsh := Shell{Kind: Zsh, Path: "/bin/zsh", RCFile: spacedRC}
	bare := Shell{Kind: Zsh, Path: "/bin/zsh", RCFile: filepath.Join(dir, "missing")}
	folder := Shell{Kind: Bash, Path: "/bin/bash", RCFile: dir}
	power := Shell{Kind: PowerShell, Path: "pwsh.exe"}
	powerBash := Shell{Kind: PowerShell, Path: "pwsh.exe", BashFallback: `C:\bash.exe`}
	tests := []struct {
		name    string
		shell   Shell
		profile bool
		argv    []string
		want    []string // argv when nil
	}{
		{"unknown shell", Shell{}, true, []string{"bash", "-lc", "ls"}, nil},
		{"without profile", bash, false, []string{"bash", "-lc", "ls"}, nil},
		{"empty", bash, true, []string{}, nil},
		{"script", bash, true, []string{"bash", "-lc", "ls | wc"}, []string{"/bin/bash", "-lc", "source " + quoted + "; (:\nls | wc\n)"}},
		{"words", bash, true, []string{"ls", "a b"}, []string{"/bin/bash", "-lc", "source " + quoted + "; (:\nls 'a b'\n)"}},
		{"four words are no script", bash, true, []string{"bash", "-lc", "ls", "x"}, []string{"/bin/bash", "-lc", "source " + quoted + "; (:\nbash -lc ls x\n)"}},
		{"absolute bash is no script", bash, true, []string{"/bin/bash", "-lc", "ls"}, []string{"/bin/bash", "-lc", "source " + quoted + "; (:\n/bin/bash -lc ls\n)"}},
		{"path of the start file is quoted", zsh, true, []string{"ls"}, []string{"/bin/zsh", "-lc", "source " + quotedRC + "; (:\nls\n)"}},
		{"no start file", bare, true, []string{"bash", "-lc", "ls"}, []string{"/bin/zsh", "-lc", "ls"}},
		{"start file is a folder", folder, true, []string{"ls"}, []string{"/bin/bash", "-lc", "ls"}},
		{"words that cannot be quoted", bash, true, []string{"ls", "\x00"}, nil},
		{"PowerShell script", power, false, []string{"bash", "-lc", "ls"}, []string{"pwsh.exe", "-NoProfile", "-Command", "ls"}},
		{"PowerShell script with bash", powerBash, false, []string{"bash", "-lc", "ls"}, []string{`C:\bash.exe`, "-lc", "ls"}},
		{"PowerShell already", power, true, []string{"pwsh.exe", "-Command", "ls"}, nil},
		{"PowerShell with line breaks", power, false, []string{"echo", "a\nb"}, nil},
		{"PowerShell with CR", power, false, []string{"echo", "a\rb"}, nil},
		{"PowerShell words", power, false, []string{"echo", "a b"}, []string{"pwsh.exe", "-NoProfile", "-Command", "echo 'a b'"}},
		{"PowerShell words that cannot be quoted", power, false, []string{"echo", "\x00"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := tt.want
			if want == nil {
				want = tt.argv
			}
			if diff := cmp.Diff(want, tt.shell.Rewrite(tt.argv, tt.profile, shellcmd.Join)); diff != "" {
				t.Errorf("Rewrite (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRewriteRuns lets bash run rewritten scripts: whatever the start file
// does, short of leaving the shell, the script runs, and its exit code counts.
func TestRewriteRuns(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is missing")
	}
	tests := []struct {
		name, rc, script, want string
		code                   int
	}{
		{"start file is read", "X=from-rc", "echo $X", "from-rc\n", 0},
		{"start file fails", "false", "echo $?", "0\n", 0},
		{"start file returns early", "return 3", "echo a", "a\n", 0},
		{"exit code", "", "exit 7", "", 7},
		{"empty script", "false", "", "", 0},
		{"comment at the end", "", "echo a # b", "a\n", 0},
		{"here-document at the end", "", "cat <<E\na\nE", "a\n", 0},
		{"parenthesis at the beginning", "", "(echo a); (echo b)", "a\nb\n", 0},
		{"list", "", "false || echo a; echo b", "a\nb\n", 0},
		{"aliases do not change it", "shopt -s expand_aliases; alias echo='echo aliased'", "echo a", "a\n", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rc := filepath.Join(t.TempDir(), ".bashrc")
			if err := os.WriteFile(rc, []byte(tt.rc+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			shell := Shell{Kind: Bash, Path: bash, RCFile: rc}
			argv := shell.Rewrite([]string{"bash", "-lc", tt.script}, true, shellcmd.Join)
			cmd := exec.Command(argv[0], argv[1:]...)
			cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=/usr/local/bin:/usr/bin:/bin"}
			var out strings.Builder
			cmd.Stdout = &out
			_ = cmd.Run() // the exit code tells
			if diff := cmp.Diff(tt.want, out.String()); diff != "" || cmd.ProcessState.ExitCode() != tt.code {
				t.Errorf("exit code %d, output (-want +got):\n%s", cmd.ProcessState.ExitCode(), diff)
			}
		})
	}
}
