package exec

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// processAttr makes a child end with this process, and lead a session with
// own.
//
// spec: exec-and-tools, process spawning
func processAttr(own bool) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setsid: own}
}

// outlive makes a child go on when this process has ended.
func outlive(attr *syscall.SysProcAttr) { attr.Pdeathsig = 0 }

// ownChild is a child of this process.
type ownChild struct{ *os.Process }

// waitExit leaves a zombie, so that its id, which is also that of its group,
// belongs to nobody else.
func (c ownChild) waitExit() {
	for {
		err := unix.Waitid(unix.P_PID, c.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return
		}
	}
}

func (c ownChild) reap() ending {
	state, _ := c.Wait()
	return endingOf(state)
}

// wake does nothing: this process is the parent.
func (ownChild) wake() {}

func (ownChild) giveUp() bool { return false }

func (ownChild) endsRest() bool { return false }

func (c ownChild) signal(sig syscall.Signal) { _ = c.Signal(sig) }

// newChild returns the child that a process is.
func newChild(p *os.Process) child { return ownChild{p} }
