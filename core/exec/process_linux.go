package exec

import (
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

// waitExit waits until the process has ended. It stays a zombie until reap, so
// that its id, which is also that of its group, belongs to nobody else.
func (p *process) waitExit() {
	for {
		err := unix.Waitid(unix.P_PID, p.proc.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return
		}
	}
}

// reap gives up the id of the process, after waitExit.
func (p *process) reap() { p.state, _ = p.proc.Wait() }
