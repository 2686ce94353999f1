package reap

import (
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestWaitStatus compares what is told of processes that nobody has waited for
// with what wait says. It is not parallel: it waits for any child.
func TestWaitStatus(t *testing.T) {
	for _, script := range []string{"exit 0", "exit 7", "exit 255", "kill -TERM $$", "kill -KILL $$", "ulimit -c 0; kill -ABRT $$"} {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		got := Collect(cmd.Process.Pid)
		_ = cmd.Wait() // its state says more
		if want := unix.WaitStatus(cmd.ProcessState.Sys().(syscall.WaitStatus)); got != want {
			t.Errorf("%s: status %#x, want %#x", script, got, want)
		}
	}
}
