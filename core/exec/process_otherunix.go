//go:build unix && !linux

package exec

import "syscall"

// processAttr makes a child lead a session with own.
func processAttr(own bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: own} }

// outlive does nothing: no process ends with its parent.
func outlive(*syscall.SysProcAttr) {}
