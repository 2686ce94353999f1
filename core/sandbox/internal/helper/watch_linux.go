package helper

import (
	"errors"
	"os"
	"os/signal"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/sandbox/internal/reap"
)

// endSignal makes a watcher end its command, and everything below it, at once. It
// is also how a watcher learns of the death of its parent.
const endSignal = unix.SIGUSR1

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
	if err := reap.Adopt(); err != nil {
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
