//go:build unix && !linux

package exec

import "syscall"

// processAttr makes a child lead a session with own.
func processAttr(own bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: own} }

// groupAlive reports whether the process group has members.
func (p *process) groupAlive() bool { return p.groupExists() }
