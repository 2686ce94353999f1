package landlock

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Access is a set of rights to files and directories.
type Access uint64

// Sets of rights.
const (
	// Read is reading files, listing directories and executing.
	Read Access = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	// All is every right of ABI 5, the last one that added a right to change
	// something.
	All Access = unix.LANDLOCK_ACCESS_FS_IOCTL_DEV<<1 - 1
	// file are the rights that a rule for something else than a directory may
	// hold.
	file Access = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_READ_FILE |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
)

// Versions of the kernel interface that added something.
const (
	abiRefer    = 2 // renaming and linking between directories
	abiTruncate = 3
	abiTCP      = 4
	abiIoctl    = 5
	abiScope    = 6 // signals and abstract sockets
)

// ABI returns the version of the kernel's interface. The error tells why there
// is none: the kernel is too old or built or started without, or something
// forbids it.
func ABI() (int, error) {
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0, fmt.Errorf("landlock is not available: %w", errno)
	}
	return int(v), nil
}

// Handled returns the rights to files that a kernel can withhold.
func Handled(abi int) Access {
	switch {
	case abi >= abiIoctl:
		return All
	case abi >= abiTruncate:
		return All &^ unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	case abi >= abiRefer:
		return unix.LANDLOCK_ACCESS_FS_REFER<<1 - 1
	}
	return unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1
}

// HasScope reports whether a kernel can keep signals and connections to
// abstract sockets inside.
func HasScope(abi int) bool { return abi >= abiScope }

// HasTCP reports whether a kernel can withhold TCP.
func HasTCP(abi int) bool { return abi >= abiTCP }

// Ruleset is what a thread may do once it enforces it. Nothing is allowed until
// a rule allows it. It belongs to one goroutine.
type Ruleset struct {
	fd      int
	handled Access
}

// New returns a ruleset that withholds every right to files which the kernel
// knows, signals to and abstract sockets of processes outside, and without
// network TCP too, as far as the kernel can. The error tells why nothing can be
// enforced.
func New(network bool) (*Ruleset, error) {
	abi, err := ABI()
	if err != nil {
		return nil, err
	}
	r := &Ruleset{handled: Handled(abi)}
	attr := unix.LandlockRulesetAttr{Handled_access_fs: uint64(r.handled)}
	if HasTCP(abi) && !network {
		attr.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	if HasScope(abi) {
		attr.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	// A kernel with a shorter structure accepts this one if the rest is zero.
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr), 0)
	if errno != 0 {
		return nil, fmt.Errorf("make a landlock ruleset: %w", errno)
	}
	r.fd = int(fd)
	return r, nil
}

// Allow adds rights to path and, if it is a directory, to everything below it.
// Rights that the kernel does not know, or that make no sense for the kind of
// file, are left out. The error matches the reason why path cannot be opened.
func (r *Ruleset) Allow(path string, access Access) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return &os.PathError{Op: "stat", Path: path, Err: err}
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		access &= file
	}
	attr := unix.LandlockPathBeneathAttr{Allowed_access: uint64(access & r.handled), Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(r.fd), unix.LANDLOCK_RULE_PATH_BENEATH,
		uintptr(unsafe.Pointer(&attr)), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("add a landlock rule for %s: %w", path, errno)
	}
	return nil
}

// FD returns the descriptor of the ruleset, which the ruleset keeps. It is
// closed on exec.
func (r *Ruleset) FD() int { return r.fd }
