package helper

import (
	"errors"
	"os"
	"os/signal"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/proctree"
)

// endSignal makes a watcher end its command, and everything below it, at once. It
// is also how a watcher learns of the death of its parent.
const endSignal = unix.SIGUSR1

// endLimit bounds how long a watcher waits for processes that were killed. What is
// left then cannot be killed.
const endLimit = 5 * time.Second

// watch runs a command so that nothing that it starts outlives it, this process
// or the parent of this process. It returns only when the command was not
// started.
func watch(inv *invocation) *failure {
	image, err := newImageAt([]string{inv.watch}, inv.command, os.Environ())
	if err != nil {
		return &failure{StageExec, exitNotExecutable, err}
	}
	// The child ends with the thread that forks it, and the kernel tells a thread
	// of the parent's death.
	runtime.LockOSThread()
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, endSignal)
	if permittedCaps().has(unix.CAP_SYS_ADMIN) && !inv.noNamespaces {
		endings{asked: true}.choose(true)
		s := supervisor{mode: mode{pid: true, watch: true}, image: image, ends: ends}
		if f := s.run(); !errors.Is(f.err, errNotAllowed) {
			return f
		}
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return setupFailure(err)
	}
	// Until now the death of the parent was deadly for this process, which has
	// started nothing.
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(endSignal), 0, 0, 0); err != nil {
		return setupFailure(err)
	}
	s := supervisor{mode: mode{watch: true}, image: image, ends: ends}
	return s.run()
}

// prepareWatched lays out what the child does before a command that is watched
// over runs.
func (s *supervisor) prepareWatched(p *program) {
	if !s.mode.pid {
		p.add("start a session", unix.SYS_SETSID)
		return
	}
	addSlave(p)
	addProc(p)
	p.add("hide init", unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 0)
	addChdir(p)
}

// collect waits for the end of the child, which it leaves to wait, and collects
// orphans meanwhile.
func (s *supervisor) collect() {
	for {
		var info [32]int32
		err := unix.Waitid(unix.P_ALL, 0, (*unix.Siginfo)(unsafe.Pointer(&info)), unix.WEXITED|unix.WNOWAIT, nil)
		if err == unix.EINTR {
			continue
		}
		pid := int(info[siginfoPid])
		if err != nil || pid == s.pid {
			return
		}
		_, _ = unix.Wait4(pid, nil, unix.WNOHANG, nil)
	}
}

// siginfoPid is the index of the id of a process in the information about its
// end, where a pointer has 64 bits.
const siginfoPid = 4

// endDescendants kills everything below this process and waits for that. A
// process whose parent has died is a child of this one, so that there is nobody
// left when there are no children.
func endDescendants() {
	deadline := time.Now().Add(endLimit)
	for pause := time.Millisecond; time.Now().Before(deadline); pause = min(2*pause, 20*time.Millisecond) {
		if collectAll() {
			return
		}
		found, _ := proctree.Descendants(os.Getpid()) // what cannot be found is waited for
		for _, pid := range found {
			_ = unix.Kill(pid, unix.SIGKILL)
		}
		if collectAll() {
			return
		}
		time.Sleep(pause)
	}
}

// collectAll collects the children that have ended and reports whether there are
// no others.
func collectAll() bool {
	for {
		pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return true
		case pid == 0:
			return false
		}
	}
}
