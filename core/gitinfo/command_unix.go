//go:build unix

package gitinfo

import (
	"os/exec"

	"golang.org/x/sys/unix"
)

// ownGroup makes cmd lead a process group, which ends as a whole when the
// command is cancelled.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
}
