//go:build unix

package exec

import (
	"os"
	"syscall"
)

// terminate asks the process, and its group if it leads one, to end. Stopped
// ones are woken up for it.
func (p *process) terminate() {
	p.signal(syscall.SIGTERM)
	p.signal(syscall.SIGCONT)
}

// kill ends the process, and its group if it leads one.
func (p *process) kill() { p.signal(syscall.SIGKILL) }

// signal sends a signal. An error means that nobody is left to get it, or that
// all have taken another identity; neither can be helped.
func (p *process) signal(sig syscall.Signal) {
	if p.own {
		_ = syscall.Kill(-p.proc.Pid, sig)
		return
	}
	_ = p.proc.Signal(sig)
}

// groupExists reports whether the process group has members, dead ones that
// nobody has waited for included.
func (p *process) groupExists() bool {
	return p.own && syscall.Kill(-p.proc.Pid, 0) == nil
}

// exitCodes returns the exit code of an ended process, and the signal that
// ended it or 0.
func exitCodes(state *os.ProcessState) (code int, sig syscall.Signal) {
	if state == nil {
		return ExitNone, 0
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return ExitSignalBase + int(status.Signal()), status.Signal()
	}
	return state.ExitCode(), 0
}
