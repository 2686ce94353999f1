//go:build !linux

package exec

import (
	"os"
	"syscall"
)

// ownChild is a child of this process.
type ownChild struct {
	*os.Process
	state *os.ProcessState
}

// waitExit gives up the id: there is no dependable way to wait without that.
func (c *ownChild) waitExit() { c.state, _ = c.Wait() }

func (c *ownChild) reap() ending { return endingOf(c.state) }

// wake does nothing: this process is the parent.
func (*ownChild) wake() {}

func (*ownChild) giveUp() bool { return false }

func (*ownChild) endsRest() bool { return false }

func (c *ownChild) signal(sig syscall.Signal) { _ = c.Signal(sig) }

// newChild returns the child that a process is.
func newChild(p *os.Process) child { return &ownChild{Process: p} }
