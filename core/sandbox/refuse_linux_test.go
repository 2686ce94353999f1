package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/protocol"
)

// TestFailsClosed asks for policies on machines that cannot enforce them. The
// command does not run, and one line says why.
func TestFailsClosed(t *testing.T) {
	t.Parallel()
	network := &protocol.WorkspaceWritePolicy{NetworkAccess: true}
	for _, tt := range []struct {
		missing string
		errnos  []unix.Errno
		policy  protocol.SandboxPolicy
		runs    bool
	}{
		{"landlock", []unix.Errno{unix.ENOSYS, unix.EOPNOTSUPP, unix.EPERM}, &protocol.ReadOnlyPolicy{}, false},
		{"landlock", []unix.Errno{unix.ENOSYS, unix.EOPNOTSUPP, unix.EPERM}, &protocol.WorkspaceWritePolicy{}, false},
		{"landlock", []unix.Errno{unix.ENOSYS, unix.EOPNOTSUPP, unix.EPERM}, network, false},
		{"landlock", []unix.Errno{unix.ENOSYS}, &protocol.DangerFullAccessPolicy{}, true},
		{"seccomp", []unix.Errno{unix.ENOSYS, unix.EPERM}, &protocol.ReadOnlyPolicy{}, false},
		{"seccomp", []unix.Errno{unix.ENOSYS, unix.EPERM}, &protocol.WorkspaceWritePolicy{}, false},
		{"seccomp", []unix.Errno{unix.ENOSYS, unix.EPERM}, network, true},
	} {
		for _, errno := range tt.errnos {
			for _, m := range machines() {
				if m.missing != "" {
					continue
				}
				m.missing, m.errno = tt.missing, errno
				t.Run(fmt.Sprintf("%s/%s/%v/%s", m.name, tt.missing, errno, tt.policy.Mode()), func(t *testing.T) {
					t.Parallel()
					dir := m.dir(t)
					got := m.run(t, Request{Argv: []string{"sh", "-c", "echo ran"}, Policy: tt.policy, Cwd: dir}, "PATH=/usr/bin:/bin")
					if tt.runs {
						if got.stdout != "ran\n" || got.status != 0 || got.report != nil {
							t.Errorf("%+v", got)
						}
						return
					}
					var f *Failure
					if !errors.As(got.report, &f) || !f.Setup || f.ExitCode != 101 || f.Errno != errno {
						t.Errorf("report %#v", got.report)
					}
					if got.stdout != "" || got.status.ExitStatus() != 101 || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, errno.Error()) {
						t.Errorf("%+v", got)
					}
				})
			}
		}
	}
}

// TestUsage calls the helper by hand. (spec: exec-and-tools, helper invocation)
func TestUsage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := filepath.Join(dir, "script")
	if err := os.WriteFile(script, []byte("echo script\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	const readOnly, full = `{"mode":"read-only"}`, `{"mode":"danger-full-access"}`
	for _, tt := range []struct {
		name   string
		args   []string
		code   int
		stdout string
	}{
		{"nothing", nil, 2, ""},
		{"no policy", []string{"/"}, 2, ""},
		{"no JSON", []string{"/", "read-only", "--", "true"}, 2, ""},
		{"no object", []string{"/", "null", "--", "true"}, 2, ""},
		{"no mode", []string{"/", "{}", "--", "true"}, 2, ""},
		{"unknown mode", []string{"/", `{"mode":"other"}`, "--", "true"}, 2, ""},
		{"roots that are none", []string{"/", `{"mode":"workspace-write","writable_roots":[1]}`, "--", "true"}, 2, ""},
		{"unknown option", []string{"--other", "/", readOnly, "--", "true"}, 2, ""},
		{"no command", []string{"/", readOnly}, 101, ""},
		{"no command after dashes", []string{"/", readOnly, "--"}, 101, ""},
		{"missing command", []string{"/", readOnly, "--", "nonexistent-program"}, 101, ""},
		{"missing command with full access", []string{"/", full, "--", "nonexistent-program"}, 101, ""},
		{"not executable", []string{"/", readOnly, "--", plain}, 101, ""},
		{"dashes are optional", []string{"/", readOnly, "echo", "a"}, 0, "a\n"},
		{"options of the command are its own", []string{"/", readOnly, "--", "echo", "--", "--probe"}, 0, "-- --probe\n"},
		{"a script without a first line", []string{"/", readOnly, "--", script}, 0, "script\n"},
		{"full access", []string{"/", full, "--", "echo", "a"}, 0, "a\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), mustProgram(t), tt.args...)
			cmd.Args[0] = "/some/where/" + HelperName
			cmd.Env = []string{"PATH=/usr/bin:/bin"}
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			if code := cmd.ProcessState.ExitCode(); code != tt.code || stdout.String() != tt.stdout {
				t.Errorf("exit code %d, want %d: %v\n%s%s", code, tt.code, err, &stdout, &stderr)
			}
			if lines := strings.Count(stderr.String(), "\n"); tt.code != 0 && lines != 1 || tt.code == 0 && lines != 0 {
				t.Errorf("standard error %q", &stderr)
			}
		})
	}
}

// TestNotStarted reports a command that cannot be executed.
func TestNotStarted(t *testing.T) {
	t.Parallel()
	eachMachine(t, func(t *testing.T, m machine) {
		dir := m.dir(t)
		plain := filepath.Join(dir, "plain")
		if err := os.WriteFile(plain, []byte("text"), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			program string
			code    int
			errno   unix.Errno
		}{
			{"nonexistent-program", 127, unix.ENOENT},
			{"./nonexistent", 127, unix.ENOENT},
			{plain, 126, unix.EACCES},
			{dir, 126, unix.EACCES},
		} {
			got := m.run(t, inWorkspace(dir, tt.program), "PATH=/usr/bin:/bin")
			var f *Failure
			if !errors.As(got.report, &f) || f.Setup || f.ExitCode != tt.code || f.Errno != tt.errno || got.status.ExitStatus() != 101 {
				t.Errorf("%s: report %#v, %+v", tt.program, got.report, got)
			}
		}
	})
}
