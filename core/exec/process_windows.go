package exec

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// processAttr keeps the child off the console's Ctrl-C with own, and without a
// window.
func processAttr(own bool) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{}
	if own {
		attr.CreationFlags = windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW
	}
	return attr
}

// terminate is kill: there is no request to end that every program of Windows
// understands, and nothing to wait for.
func (p *process) terminate() { p.kill() }

// kill ends the process and what it has started. taskkill follows the parents
// that the system remembers; where it fails only the process itself is ended.
func (p *process) kill() {
	if p.own && !p.hasExited() {
		tree := exec.Command("taskkill.exe", "/T", "/F", "/PID", strconv.Itoa(p.pid))
		tree.WaitDelay = time.Second
		_ = tree.Run()
	}
	p.child.signal(syscall.SIGKILL)
}

// askWatcher is kill: there are no watchers.
func (p *process) askWatcher() { p.kill() }

// endAll is kill: there are no watchers.
func (p *process) endAll() { p.kill() }

// groupAlive is false: Windows knows no process groups of that kind.
func (p *process) groupAlive() bool { return false }

// groupExists is false: Windows knows no process groups of that kind.
func groupExists(int) bool { return false }

// outlive does nothing: no process ends with its parent.
func outlive(*syscall.SysProcAttr) {}

// endingOf returns how a process has ended, nil if that is not known. There are no
// signals.
func endingOf(state *os.ProcessState) ending {
	if state == nil {
		return ending{code: ExitNone}
	}
	return ending{code: state.ExitCode(), text: state.String()}
}
