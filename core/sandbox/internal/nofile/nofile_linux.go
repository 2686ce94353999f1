// Package nofile remembers how many files the process might open when it was
// started. Package os raises that limit at its initialization, for this process
// and whatever it executes by itself.
//
// The package imports nothing but syscall, so that its path, which sorts before
// that of os, makes it the first of the two to be initialized.
package nofile

import "syscall"

// Original is the limit as it was, or zero if it is not known.
var Original = current()

func current() (limit syscall.Rlimit) {
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return syscall.Rlimit{}
	}
	return limit
}
