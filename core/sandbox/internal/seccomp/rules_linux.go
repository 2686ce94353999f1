package seccomp

import "golang.org/x/sys/unix"

// Rule denies one system call.
type Rule struct {
	// Name is the name of the call.
	Name string
	// Nr is its number.
	Nr uint32
	// Errno is what the caller gets.
	Errno unix.Errno
	// When says for which arguments; the zero value is for all.
	When Condition
}

// Condition looks at the lower 32 bits of one argument, which are all that the
// kernel uses of those that are looked at here. The zero value always holds.
type Condition struct {
	// Arg is the number of the argument, from 0.
	Arg int
	// Not holds when the argument is none of these values.
	Not []uint32
	// OneOf holds when the argument is one of these values.
	OneOf []uint32
	// AnyBit holds when the argument has one of these bits.
	AnyBit uint32
}

func (c *Condition) always() bool { return len(c.Not) == 0 && len(c.OneOf) == 0 && c.AnyBit == 0 }

// Options choose rows.
type Options struct {
	// Metadata denies changes of modes, owners, times and attributes of files
	// too, where nothing at all may be written.
	Metadata bool
}

const allNamespaces = unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER |
	unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWCGROUP

// Rules returns the table for the architecture of this program.
// (spec: exec-and-tools, seccomp filter; do better)
func Rules(o Options) []Rule {
	notUnix := Condition{Arg: 0, Not: []uint32{unix.AF_UNIX}}
	rules := []Rule{
		// The network, and sockets that lead to other programs.
		deny("connect", unix.SYS_CONNECT),
		deny("accept", unix.SYS_ACCEPT),
		deny("accept4", unix.SYS_ACCEPT4),
		deny("bind", unix.SYS_BIND),
		deny("listen", unix.SYS_LISTEN),
		deny("getpeername", unix.SYS_GETPEERNAME),
		deny("getsockname", unix.SYS_GETSOCKNAME),
		deny("shutdown", unix.SYS_SHUTDOWN),
		deny("sendto", unix.SYS_SENDTO),
		deny("sendmsg", unix.SYS_SENDMSG),
		deny("sendmmsg", unix.SYS_SENDMMSG),
		deny("recvmsg", unix.SYS_RECVMSG),
		deny("recvmmsg", unix.SYS_RECVMMSG),
		deny("getsockopt", unix.SYS_GETSOCKOPT),
		deny("setsockopt", unix.SYS_SETSOCKOPT),
		{"socket", unix.SYS_SOCKET, unix.EPERM, notUnix},
		{"socketpair", unix.SYS_SOCKETPAIR, unix.EPERM, notUnix},
		// Rings carry out calls that no filter sees.
		deny("io_uring_setup", unix.SYS_IO_URING_SETUP),
		deny("io_uring_enter", unix.SYS_IO_URING_ENTER),
		deny("io_uring_register", unix.SYS_IO_URING_REGISTER),

		// Other processes.
		deny("ptrace", unix.SYS_PTRACE),
		deny("process_vm_readv", unix.SYS_PROCESS_VM_READV),
		deny("process_vm_writev", unix.SYS_PROCESS_VM_WRITEV),
		deny("process_madvise", unix.SYS_PROCESS_MADVISE),
		deny("pidfd_getfd", unix.SYS_PIDFD_GETFD),
		deny("kcmp", unix.SYS_KCMP),
		// Keyrings are shared with everything that the user runs.
		deny("keyctl", unix.SYS_KEYCTL),
		deny("add_key", unix.SYS_ADD_KEY),
		deny("request_key", unix.SYS_REQUEST_KEY),

		// New namespaces give capabilities, and with these another view of the
		// file system. The flags of clone3 are out of a filter's sight; libraries
		// that are told that it does not exist use clone.
		deny("setns", unix.SYS_SETNS),
		{"unshare", unix.SYS_UNSHARE, unix.EPERM, Condition{Arg: 0, AnyBit: allNamespaces | unix.CLONE_NEWTIME}},
		{"clone", unix.SYS_CLONE, unix.EPERM, Condition{Arg: 0, AnyBit: allNamespaces}},
		{"clone3", unix.SYS_CLONE3, unix.ENOSYS, Condition{}},
		deny("mount", unix.SYS_MOUNT),
		deny("umount2", unix.SYS_UMOUNT2),
		deny("pivot_root", unix.SYS_PIVOT_ROOT),
		deny("open_tree", unix.SYS_OPEN_TREE),
		deny("open_tree_attr", unix.SYS_OPEN_TREE_ATTR),
		deny("move_mount", unix.SYS_MOVE_MOUNT),
		deny("mount_setattr", unix.SYS_MOUNT_SETATTR),
		deny("fsopen", unix.SYS_FSOPEN),
		deny("fsconfig", unix.SYS_FSCONFIG),
		deny("fsmount", unix.SYS_FSMOUNT),
		deny("fspick", unix.SYS_FSPICK),
		// A handle leads to a file past every mount that covers it.
		deny("open_by_handle_at", unix.SYS_OPEN_BY_HANDLE_AT),

		// Characters put into the input of the user's terminal are commands for
		// the user's shell.
		{"ioctl", unix.SYS_IOCTL, unix.EPERM, Condition{Arg: 1, OneOf: []uint32{unix.TIOCSTI, unix.TIOCLINUX}}},
	}
	if o.Metadata {
		rules = append(rules,
			deny("fchmod", unix.SYS_FCHMOD),
			deny("fchmodat", unix.SYS_FCHMODAT),
			deny("fchmodat2", unix.SYS_FCHMODAT2),
			deny("fchown", unix.SYS_FCHOWN),
			deny("fchownat", unix.SYS_FCHOWNAT),
			deny("utimensat", unix.SYS_UTIMENSAT),
			deny("setxattr", unix.SYS_SETXATTR),
			deny("lsetxattr", unix.SYS_LSETXATTR),
			deny("fsetxattr", unix.SYS_FSETXATTR),
			deny("setxattrat", unix.SYS_SETXATTRAT),
			deny("removexattr", unix.SYS_REMOVEXATTR),
			deny("lremovexattr", unix.SYS_LREMOVEXATTR),
			deny("fremovexattr", unix.SYS_FREMOVEXATTR),
			deny("removexattrat", unix.SYS_REMOVEXATTRAT),
			deny("file_setattr", unix.SYS_FILE_SETATTR),
		)
		rules = append(rules, oldMetadataRules()...)
	}
	return rules
}

func deny(name string, nr uint32) Rule { return Rule{Name: name, Nr: nr, Errno: unix.EPERM} }
