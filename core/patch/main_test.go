package patch

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMain lets the test binary stand in for the program when it is started
// under one of the names of the executable form.
func TestMain(m *testing.M) {
	if Invoked(os.Args) {
		os.Exit(Main(os.Args, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func TestMainProcess(t *testing.T) {
	t.Parallel()
	good := patchText("*** Add File: a", "+x")
	const done = "Success. Updated the following files:\nA a\n"
	tests := []struct {
		name   string
		argv   []string
		stdin  string
		code   int
		stdout string
		stderr string // part of it
	}{
		{"argument", []string{"apply_patch", good}, "", 0, done, ""},
		{"other name, in a folder", []string{"/some/where/applypatch", good}, "", 0, done, ""},
		{"standard input", []string{"apply_patch"}, good, 0, done, ""},
		{"nothing on standard input", []string{"apply_patch"}, "", 2, "", "usage"},
		{"standard input is not UTF-8", []string{"apply_patch"}, "\xff", 1, "", "UTF-8"},
		{"two arguments", []string{"apply_patch", good, good}, "", 2, "", "takes one patch, got 2 arguments"},
		{"argument is not UTF-8", []string{"apply_patch", "\xff"}, "", 1, "", "UTF-8"},
		{"empty argument", []string{"apply_patch", ""}, "", 1, "", endMarker},
		{"no options", []string{"apply_patch", "--help"}, "", 1, "", beginMarker},
		{"flag", []string{"codex", RunFlag, good}, "", 0, done, ""},
		{"flag and more", []string{"codex", RunFlag, good, "more"}, "", 0, done, ""},
		{"flag and standard input", []string{"codex", RunFlag, FromStdin}, good, 0, done, ""},
		{"flag and nothing on standard input", []string{"codex", RunFlag, FromStdin}, "", 1, "", endMarker},
		{"flag and standard input that is not UTF-8", []string{"codex", RunFlag, FromStdin}, "\xff", 1, "", "UTF-8"},
		{"the dash means nothing else", []string{"apply_patch", FromStdin}, good, 1, "", beginMarker},
		{"flag alone", []string{"codex", RunFlag}, good, 1, "", RunFlag},
		{"failure", []string{"apply_patch", patchText("*** Delete File: a")}, "", 1, "", "no such file or directory"},
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var stdout, stderr bytes.Buffer
			cmd := exec.CommandContext(t.Context(), program)
			cmd.Args = tt.argv
			cmd.Dir = dir
			cmd.Stdin = strings.NewReader(tt.stdin)
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != tt.code {
				t.Errorf("exit code %d, want %d", got, tt.code)
			}
			if diff := cmp.Diff(tt.stdout, stdout.String()); diff != "" {
				t.Errorf("stdout (-want +got):\n%s", diff)
			}
			if got := stderr.String(); !strings.Contains(got, tt.stderr) || (tt.code == 0) != (got == "") {
				t.Errorf("stderr %q, want %q in it", got, tt.stderr)
			}
			want := tree{}
			if tt.code == 0 {
				want["a"] = "x\n"
			}
			if diff := cmp.Diff(want, harvest(t, dir)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInvoked(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		argv []string
		want bool
	}{
		{"nothing", nil, false},
		{"name", []string{"apply_patch"}, true},
		{"name with folder", []string{"/tmp/x/applypatch", "a", "b"}, true},
		{"name on Windows", []string{"apply_patch.exe"}, true},
		{"another name", []string{"apply-patch", "x"}, false},
		{"flag", []string{"codex", RunFlag, "x"}, true},
		{"flag alone", []string{"codex", RunFlag}, true},
		{"flag later", []string{"codex", "exec", RunFlag}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Invoked(tt.argv); got != tt.want {
				t.Errorf("Invoked(%q) = %v", tt.argv, got)
			}
		})
	}
}

// brokenPipe is an output that nobody reads.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestRunTellsThatPatchWasApplied(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var stderr bytes.Buffer
	if code := run(t.Context(), dir, patchText("*** Add File: a", "+x"), brokenPipe{}, &stderr); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(stderr.String(), "the patch was applied") {
		t.Errorf("stderr %q", stderr.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "a")); err != nil {
		t.Error(err)
	}
}
