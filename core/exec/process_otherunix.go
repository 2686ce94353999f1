//go:build unix && !linux

package exec

import "syscall"

// processAttr makes a child lead a session with own.
func processAttr(own bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: own} }

// groupAlive reports whether the process group, or the session, has members.
func (p *process) groupAlive() bool {
	if p.session {
		return p.sessionAlive()
	}
	return p.groupExists()
}
