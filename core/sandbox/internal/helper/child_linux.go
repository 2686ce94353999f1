package helper

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// child is what is forked from the helper: init, which forks the command, or
// the command itself. Its methods run after the fork. They may not allocate,
// grow the stack, write pointers or call anything that might; see the package
// comment.
type child struct {
	setup program
	image *image
	// init makes it the init of its PID namespace.
	init bool
	// session makes init and the command the leaders of sessions.
	session bool
	// kept makes init outlive the command and the helper, for as long as the
	// command has left others.
	kept bool
	// probe ends it after the setup.
	probe bool

	// Pipes, each with the end for reading first. sync has one byte when the
	// child may begin and one when the command may, status carries records to the helper, started tells init that the
	// command was executed.
	sync, status, started [2]uintptr
	// mask is the signal mask of the helper, which the command gets.
	mask uint64

	// Room for the kernel to write to, where a stack has none.
	all    uint64
	action [4]uint64
	info   [32]int32
	wait   uint32
	byte   [1]byte
	record record
}

// record is a message from the child to the helper.
type record struct {
	kind  recordKind
	index int32 // of the call that failed
	value int32 // error number, or wait status
}

type recordKind int32

const (
	setupFailed recordKind = iota + 1
	execFailed
	commandStarted
	commandEnded
	probeEnded
)

const recordSize = unsafe.Sizeof(record{})

const (
	maxSignal  = 64 // the highest signal number
	sigSetSize = 8  // the size of a signal set, in bytes
	siQueue    = -1 // the code of a signal that sigqueue sent
)

// fork forks the child into new namespaces. It returns the id of the process.
//
//go:nosplit
//go:norace
func (c *child) fork(namespaces uintptr) (int, syscall.Errno) {
	// A signal whose handler ran in the child would need the runtime.
	c.all = ^uint64(0)
	c.setMask(&c.all, &c.mask)
	pid, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, namespaces|uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno == 0 && pid == 0 {
		c.run()
	}
	c.setMask(&c.mask, nil)
	return int(pid), errno
}

// setMask sets the signal mask of the thread.
//
//go:nosplit
//go:norace
func (c *child) setMask(set, old *uint64) {
	_, _, _ = syscall.RawSyscall6(unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK,
		uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(old)), sigSetSize, 0, 0)
}

// run is the life of the child. It does not return.
//
//go:nosplit
//go:norace
func (c *child) run() {
	// The helper may have died before; then nobody writes to sync.
	_, _, _ = syscall.RawSyscall(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0)
	_, _, _ = syscall.RawSyscall(unix.SYS_CLOSE, c.sync[1], 0, 0)
	if !c.read(c.sync[0]) {
		c.exit(1)
	}
	c.defaultSignals()
	if i, errno := c.setup.run(); errno != 0 {
		c.send(setupFailed, int32(i), int32(errno))
		c.exit(1)
	}
	if c.probe {
		c.send(probeEnded, 0, 0)
		c.exit(0)
	}
	if !c.read(c.sync[0]) {
		c.exit(1)
	}
	if c.init {
		c.runInit()
	}
	c.become()
}

// become becomes the command. It does not return.
//
//go:nosplit
//go:norace
func (c *child) become() {
	c.setMask(&c.mask, nil)
	errno := c.image.exec()
	c.send(execFailed, 0, int32(errno))
	c.exit(1)
}

// runInit starts the command and ends with it, collecting orphans meanwhile. It
// does not return.
//
//go:nosplit
//go:norace
func (c *child) runInit() {
	if c.session {
		_, _, _ = syscall.RawSyscall(unix.SYS_SETSID, 0, 0, 0)
	}
	command, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 {
		c.send(execFailed, 0, int32(errno))
		c.exit(1)
	}
	if command == 0 {
		if c.session {
			_, _, _ = syscall.RawSyscall(unix.SYS_SETSID, 0, 0, 0)
		}
		c.become()
	}
	c.closeOthers()
	if c.read(c.started[0]) {
		c.exit(1) // it was not started, and has said so
	}
	c.send(commandStarted, 0, 0)
	c.tend(int(command))
}

// tend waits for the end of the command, collects other processes and hands
// signals on. It does not return, and ends with the command, or with the last
// process that this has left if somebody else sees to their end.
//
//go:nosplit
//go:norace
func (c *child) tend(command int) {
	target := command
	if c.session {
		target = -command // its process group
	}
	for {
		for {
			pid, _, errno := syscall.RawSyscall6(unix.SYS_WAIT4, ^uintptr(0), uintptr(unsafe.Pointer(&c.wait)), unix.WNOHANG, 0, 0, 0)
			if errno == unix.ECHILD {
				c.exit(0)
			}
			if errno != 0 || pid == 0 {
				break
			}
			if int(pid) == command {
				if c.kept {
					_, _, _ = syscall.RawSyscall(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, 0, 0)
				}
				c.send(commandEnded, 0, int32(c.wait))
				if !c.kept {
					c.exit(0)
				}
				// Its id may belong to somebody else, and nobody hands on signals.
				target = 0
			}
		}
		sig, _, errno := syscall.RawSyscall6(unix.SYS_RT_SIGTIMEDWAIT, uintptr(unsafe.Pointer(&c.all)),
			uintptr(unsafe.Pointer(&c.info)), 0, sigSetSize, 0, 0)
		// The helper queues what it hands on, and has no id in this namespace.
		// Whatever else arrives has reached the command by itself, as the keys
		// of a terminal do, or is for init alone.
		code, sender := c.info[2], c.info[4]
		if errno == 0 && sig != uintptr(unix.SIGCHLD) && code == siQueue && sender == 0 && target != 0 {
			_, _, _ = syscall.RawSyscall(unix.SYS_KILL, uintptr(target), sig, 0)
		}
	}
}

// closeOthers closes everything but what init needs, so that the end of a pipe
// that the command held shows.
//
//go:nosplit
//go:norace
func (c *child) closeOthers() {
	low, high := c.status[1], c.started[0]
	if low > high {
		low, high = high, low
	}
	c.closeRange(0, low)
	c.closeRange(low+1, high)
	c.closeRange(high+1, 1<<32)
}

// closeRange closes the descriptors from first up to and without end.
//
//go:nosplit
//go:norace
func (c *child) closeRange(first, end uintptr) {
	if first < end {
		_, _, _ = syscall.RawSyscall(unix.SYS_CLOSE_RANGE, first, end-1, 0)
	}
}

// defaultSignals forgets the handlers of the runtime. Ignored signals stay
// ignored, as they do when a program executes another one.
//
//go:nosplit
//go:norace
func (c *child) defaultSignals() {
	for sig := uintptr(1); sig <= maxSignal; sig++ {
		_, _, errno := syscall.RawSyscall6(unix.SYS_RT_SIGACTION, sig, 0, uintptr(unsafe.Pointer(&c.action)), sigSetSize, 0, 0)
		if errno != 0 || c.action[0] <= 1 { // default or ignored
			continue
		}
		c.action = [4]uint64{}
		_, _, _ = syscall.RawSyscall6(unix.SYS_RT_SIGACTION, sig, uintptr(unsafe.Pointer(&c.action)), 0, sigSetSize, 0, 0)
	}
}

// read reads one byte and reports whether there was one.
//
//go:nosplit
//go:norace
func (c *child) read(fd uintptr) bool {
	for {
		n, _, errno := syscall.RawSyscall(unix.SYS_READ, fd, uintptr(unsafe.Pointer(&c.byte)), 1)
		if errno != unix.EINTR {
			return errno == 0 && n == 1
		}
	}
}

// send sends a record to the helper, and in the case of a failure to init too.
//
//go:nosplit
//go:norace
func (c *child) send(kind recordKind, index, value int32) {
	c.record = record{kind, index, value}
	_, _, _ = syscall.RawSyscall(unix.SYS_WRITE, c.status[1], uintptr(unsafe.Pointer(&c.record)), recordSize)
	if kind == execFailed && c.init {
		_, _, _ = syscall.RawSyscall(unix.SYS_WRITE, c.started[1], uintptr(unsafe.Pointer(&c.record)), 1)
	}
}

// exit ends the process.
//
//go:nosplit
//go:norace
func (c *child) exit(code uintptr) {
	for {
		_, _, _ = syscall.RawSyscall(unix.SYS_EXIT_GROUP, code, 0, 0)
	}
}
