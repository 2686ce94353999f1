package reap

import (
	"fmt"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/proctree"
)

// killLimit bounds how long [Kill] waits for processes that were killed. What is
// left then cannot be killed.
const killLimit = 5 * time.Second

// pauseLimit bounds the pause between two looks.
const pauseLimit = 20 * time.Millisecond

// Adopt makes this process inherit its orphaned descendants.
func Adopt() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("inherit orphans: %w", err)
	}
	return nil
}

// Collect waits for the end of the child id, which it leaves to wait for, and
// collects all others that end meanwhile. It returns how the child has ended, and
// at once if there is none.
func Collect(id int) unix.WaitStatus {
	status, _ := collect(id, 0)
	return status
}

// Look is a Collect that does not wait. It reports whether the child has ended.
func Look(id int) (status unix.WaitStatus, ended bool) { return collect(id, unix.WNOHANG) }

func collect(id, options int) (status unix.WaitStatus, ended bool) {
	for {
		var info [32]int32
		err := unix.Waitid(unix.P_ALL, 0, (*unix.Siginfo)(unsafe.Pointer(&info)), unix.WEXITED|unix.WNOWAIT|options, nil)
		switch pid := int(info[siginfoPid]); {
		case err == unix.EINTR:
		case err != nil:
			return 0, true
		case pid == 0:
			return 0, false
		case pid != id:
			_, _ = unix.Wait4(pid, nil, unix.WNOHANG, nil)
		default:
			return waitStatus(info[siginfoCode], info[siginfoStatus]), true
		}
	}
}

// Places of what is said about the end of a process, where a pointer has 64
// bits.
const siginfoCode, siginfoPid, siginfoStatus = 2, 4, 6

// Codes of the end of a process.
const (
	cldExited = 1
	cldDumped = 3
)

// waitStatus returns what wait would have said.
func waitStatus(code, status int32) unix.WaitStatus {
	switch code {
	case cldExited:
		return unix.WaitStatus(status&0xff) << 8
	case cldDumped:
		return unix.WaitStatus(status | 0x80)
	}
	return unix.WaitStatus(status)
}

// Ask asks everything below this process to end, and waits for that as long as
// given. It wakes up what was stopped, and hangs up for shells on a terminal.
func Ask(grace time.Duration) {
	asked := map[int]bool{}
	below(grace, func(id int) {
		if asked[id] {
			return
		}
		asked[id] = true
		for _, sig := range []unix.Signal{unix.SIGTERM, unix.SIGHUP, unix.SIGCONT} {
			_ = unix.Kill(id, sig)
		}
	})
}

// Kill kills everything below this process and waits for that.
func Kill() { below(killLimit, func(id int) { _ = unix.Kill(id, unix.SIGKILL) }) }

// below calls do for what is below this process, again and again until nothing
// is or the time is over. A process whose parent has died is a child of this
// one, so that there is nobody left when there are no children.
func below(limit time.Duration, do func(id int)) {
	deadline := time.Now().Add(limit)
	for pause := time.Millisecond; !collectAll() && time.Now().Before(deadline); pause = min(2*pause, pauseLimit) {
		found, _ := proctree.Descendants(os.Getpid()) // what cannot be found is waited for
		for _, id := range found {
			do(id)
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
		id, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return true
		case id == 0:
			return false
		}
	}
}
