//go:build !linux

package exec

// waitExit waits until the process has ended. There is no dependable way to do
// that without giving up its id.
func (p *process) waitExit() { p.state, _ = p.proc.Wait() }

// reap does nothing; waitExit has done it.
func (p *process) reap() {}
