package exec

import (
	"syscall"
	"time"

	"github.com/codex-go/codex/core/proctree"
)

// process is a started child. With own it leads a process group and a session,
// and what it has started ends with it when it is ended; with terminal, which is
// set at once if at all, that session has a terminal.
type process struct {
	pid      int
	child    child
	own      bool
	terminal bool
	// family is what ends with the process, nil until somebody ends it.
	family *proctree.Family
	// ending is how the process ended. It is written before reaped is closed.
	ending ending

	exited  chan struct{} // closed when the process has ended
	release chan struct{} // to be closed when nobody needs its id any more
	reaped  chan struct{} // closed when its id may belong to somebody else
}

// child is a process that was started, as its parent sees it.
type child interface {
	signal(syscall.Signal)
	// waitExit waits until the process has ended. Its id stays its own until reap
	// where the system can do that.
	waitExit()
	// wake has whoever would notice the end of the process go on, should it have
	// stopped them.
	wake()
	// giveUp does without them, and reports whether there is anybody.
	giveUp() bool
	// endsRest reports whether reap ends what the process has left.
	endsRest() bool
	// reap gives up the id of a process that has ended.
	reap() ending
}

// ending is how a process ended.
type ending struct {
	code   int
	signal syscall.Signal // 0 for none
	text   string         // for people; "" if nothing is known
}

// watch waits for a process in a goroutine of its own, which ends when the
// process has ended and release has been closed. It calls gone, with the id, and
// done at its end.
func watch(pid int, c child, own bool, gone func(int), done func()) *process {
	p := &process{pid: pid, child: c, own: own,
		exited: make(chan struct{}), release: make(chan struct{}), reaped: make(chan struct{})}
	go func() {
		defer done()
		c.waitExit()
		close(p.exited)
		<-p.release
		p.ending = c.reap()
		gone(pid)
		close(p.reaped)
	}()
	return p
}

func (p *process) hasExited() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// endWithin sends a signal and waits until the process and its group have
// ended, at most as long as given.
func (p *process) endWithin(limit time.Duration, signal func()) bool {
	signal()
	p.child.wake()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	select {
	case <-p.exited:
	case <-deadline.C:
		return false
	}
	for pause := time.Millisecond; p.groupAlive(); pause = min(2*pause, 50*time.Millisecond) {
		poll := time.NewTimer(pause)
		select {
		case <-poll.C:
		case <-deadline.C:
			poll.Stop()
			return false
		}
	}
	return true
}
