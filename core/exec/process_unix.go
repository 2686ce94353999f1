//go:build unix

package exec

import (
	"os"
	"syscall"
)

// terminate asks the process, and its group if it leads one, to end. Stopped
// ones are woken up for it. Shells on a terminal pass over SIGTERM, and end when
// the terminal hangs up.
func (p *process) terminate() {
	if p.session {
		p.signal(syscall.SIGHUP)
	}
	p.signal(syscall.SIGTERM)
	p.signal(syscall.SIGCONT)
}

// kill ends the process, and its group if it leads one. In a session it kills
// until it finds nobody, because those that it finds may just be starting
// others.
func (p *process) kill() {
	if !p.session {
		p.signal(syscall.SIGKILL)
		return
	}
	for range killRounds {
		if !p.signalSession(syscall.SIGKILL) {
			return
		}
	}
}

// killRounds limits how often the members of a session are looked for.
const killRounds = 8

// signal sends a signal. An error means that nobody is left to get it, or that
// all have taken another identity; neither can be helped.
func (p *process) signal(sig syscall.Signal) {
	switch {
	case p.session:
		p.signalSession(sig)
	case p.own:
		_ = syscall.Kill(-p.proc.Pid, sig)
	default:
		_ = p.proc.Signal(sig)
	}
}

// signalSession sends a signal to all groups of the session and reports whether
// somebody was there to get it. Where the members cannot be told it is the
// group of the leader that gets it.
func (p *process) signalSession(sig syscall.Signal) bool {
	members, err := sessionMembers(p.proc.Pid)
	if err != nil {
		return syscall.Kill(-p.proc.Pid, sig) == nil
	}
	for _, pid := range members {
		_ = syscall.Kill(pid, sig)
	}
	return len(members) > 0
}

// sessionAlive reports whether a member of the session is running.
func (p *process) sessionAlive() bool {
	members, err := sessionMembers(p.proc.Pid)
	if err != nil {
		return p.groupExists()
	}
	return len(members) > 0
}

// controlTerminal makes the standard input of a child its controlling terminal.
func controlTerminal(attr *syscall.SysProcAttr) { attr.Setctty, attr.Ctty = true, 0 }

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
