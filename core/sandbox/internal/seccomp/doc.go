// Package seccomp makes the system call filter of the sandbox.
//
// [Rules] is the table of what is denied, one row a system call; [Assemble]
// turns it into a program for the kernel. What no row names is allowed. A call
// by another architecture's numbers ends the process, and one by those of the
// x32 interface is denied, since the rows would not match it.
//
// Only amd64 and arm64 are supported. On other systems than Linux the package is
// empty.
package seccomp
