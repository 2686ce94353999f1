//go:build unix

package exec

import (
	"os"
	"syscall"

	"github.com/codex-go/codex/core/proctree"
)

// terminate asks the process, and what it has started if it leads a group, to
// end. Stopped ones are woken up for it. Shells on a terminal pass over SIGTERM,
// and end when the terminal hangs up.
func (p *process) terminate() {
	if p.terminal {
		p.signal(syscall.SIGHUP)
	}
	p.signal(syscall.SIGTERM)
	p.signal(syscall.SIGCONT)
}

// kill ends the process, and what it has started if it leads a group. It kills
// until it finds nobody, because those that it finds may just be starting
// others.
func (p *process) kill() {
	for range killRounds {
		if !p.signal(syscall.SIGKILL) {
			return
		}
	}
}

// askWatcher asks a watcher to end, which hands that on: nobody is asked twice.
func (p *process) askWatcher() {
	p.child.signal(syscall.SIGTERM)
	p.child.signal(syscall.SIGCONT)
}

// endAll makes a watcher end everything below it.
func (p *process) endAll() { p.child.signal(syscall.SIGUSR1) }

// killRounds limits how often the members of a family are looked for.
const killRounds = 8

// signal sends a signal and reports whether there may be more to send it to.
// Errors mean that nobody is left to get it, or that all have taken another
// identity; neither can be helped.
func (p *process) signal(sig syscall.Signal) (more bool) {
	if !p.own {
		p.child.signal(sig)
		return false
	}
	// Looked for before any of them ends, and leaves its children to nobody. The
	// group gets it at once, so that none of it gets away meanwhile.
	members, err := p.kin().Members()
	_ = syscall.Kill(-p.pid, sig)
	for _, m := range members {
		if m.Group != p.pid {
			_ = syscall.Kill(m.ID, sig)
		}
	}
	return err == nil && len(members) > 0
}

// kin returns the family that ends with the process. It is for the goroutine
// that ends it.
func (p *process) kin() *proctree.Family {
	if p.family == nil {
		p.family = proctree.New(p.pid)
	}
	return p.family
}

// groupAlive reports whether somebody of the process group, of the session, or
// of what they have started is running; dead ones that nobody has waited for do
// not count where the system tells.
func (p *process) groupAlive() bool {
	if !p.own {
		return false
	}
	members, err := p.kin().Members()
	if err != nil {
		return groupExists(p.pid)
	}
	return len(members) > 0
}

// controlTerminal makes the standard input of a child its controlling terminal.
func controlTerminal(attr *syscall.SysProcAttr) { attr.Setctty, attr.Ctty = true, 0 }

// groupExists reports whether a process group has members, dead ones that nobody
// has waited for included.
func groupExists(group int) bool { return syscall.Kill(-group, 0) == nil }

// endingOf returns how a process has ended, nil if that is not known.
func endingOf(state *os.ProcessState) ending {
	if state == nil {
		return ending{code: ExitNone}
	}
	e := ending{code: state.ExitCode(), text: state.String()}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.code, e.signal = ExitSignalBase+int(status.Signal()), status.Signal()
	}
	return e
}
