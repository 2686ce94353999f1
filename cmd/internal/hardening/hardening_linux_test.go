package hardening

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// roleVariable makes the test program play a part instead of running tests.
const roleVariable = "HARDENING_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case "apply":
		err := Apply()
		fmt.Println("error:", err)
		dumpable, _ := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
		fmt.Println("dumpable:", dumpable)
		var core unix.Rlimit
		_ = unix.Getrlimit(unix.RLIMIT_CORE, &core)
		fmt.Println("core:", core.Cur, core.Max)
		for _, v := range os.Environ() {
			fmt.Println("env:", v)
		}
		if len(os.Args) > 1 && os.Args[1] == "abort" {
			_ = unix.Kill(os.Getpid(), unix.SIGABRT)
			select {}
		}
		if err != nil {
			os.Exit(ExitCode(err))
		}
	}
}

func play(t *testing.T, role string, env []string, args ...string) (string, *os.ProcessState) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Env = append([]string{roleVariable + "=" + role}, env...)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return stdout.String(), cmd.ProcessState
}

func TestApply(t *testing.T) {
	t.Parallel()
	out, state := play(t, "apply", []string{"LD_PRELOADED=no", "LD_LIBRARY_PATH=/nowhere", "OLD_LD_=kept", "CODEX_SECURE_MODE=1"})
	want := strings.Join([]string{
		"error: <nil>", "dumpable: 0", "core: 0 0",
		"env: " + roleVariable + "=apply", "env: OLD_LD_=kept", "env: CODEX_SECURE_MODE=1", "",
	}, "\n")
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("after hardening (-want +got):\n%s", diff)
	}
	if !state.Success() {
		t.Errorf("the process ended with %v", state)
	}
}

func TestNoCoreIsDumped(t *testing.T) {
	t.Parallel()
	_, state := play(t, "apply", []string{"GOTRACEBACK=crash"}, "abort")
	status := state.Sys().(syscall.WaitStatus)
	if !status.Signaled() || status.CoreDump() {
		t.Errorf("the process ended with %v, want a signal and no core", state)
	}
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"dumpable", &Error{NotDumpable, unix.EPERM}, 5},
		{"attach", &Error{DenyAttach, unix.EPERM}, 6},
		{"core", fmt.Errorf("start: %w", &Error{NoCore, unix.EPERM}), 7},
		{"another error", unix.EPERM, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := ExitCode(tt.err); got != tt.want {
				t.Errorf("exit code %d, want %d", got, tt.want)
			}
			if !errors.Is(tt.err, unix.EPERM) {
				t.Error("the cause is lost")
			}
		})
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	env := []string{"LD_A=1", "XLD_A=1", "ld_a=1", "LD_B", "PATH=LD_"}
	if diff := cmp.Diff([]string{"LD_A", "LD_B"}, names(env, "LD_")); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if got := names(env, ""); got != nil {
		t.Errorf("without a prefix: %q", got)
	}
}
