package helper

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// letGo closes what this process has inherited once the command has it, so that
// the end of a pipe shows when the command closes that. The standard descriptors
// stay taken. Nobody may look into this process from then on.
func letGo() {
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	fds, _ := inheritedFiles() // the standard ones in any case
	for _, fd := range fds {
		if err != nil || fd > 2 || unix.Dup3(null, fd, unix.O_CLOEXEC) != nil {
			_ = unix.Close(fd)
		}
	}
	if err == nil {
		_ = unix.Close(null)
	}
}

// inheritedFiles returns the open descriptors that are not closed on exec, as
// all are that this process has opened itself.
func inheritedFiles() ([]int, error) {
	fds := []int{0, 1, 2}
	dir, err := unix.Open("/proc/self/fd", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fds, err
	}
	defer unix.Close(dir)
	buf := make([]byte, 4096)
	for {
		n, err := unix.ReadDirent(dir, buf)
		if err != nil || n <= 0 {
			return fds, err
		}
		_, _, names := unix.ParseDirent(buf[:n], -1, nil)
		for _, name := range names {
			fd, err := strconv.Atoi(name)
			if err != nil || fd <= 2 {
				continue
			}
			if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
				fds = append(fds, fd)
			}
		}
	}
}

// keepStandardFiles has all descriptors but the standard ones closed when the
// command is executed: through one that the server has inherited the command
// could write what no policy allows.
func keepStandardFiles() error {
	err := unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
	if err == nil {
		return nil
	}
	// A guard of the system may not know the call.
	fds, listErr := inheritedFiles()
	if listErr != nil {
		return fmt.Errorf("close inherited files: %w", errors.Join(err, listErr))
	}
	for _, fd := range fds {
		if fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

// endAs ends this process as another one has ended.
func endAs(status unix.WaitStatus) {
	if status.Exited() {
		os.Exit(status.ExitStatus())
	}
	sig := status.Signal()
	// The command has dumped its core if it was to.
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	// To this thread: the process would have ended by itself before another one
	// had noticed.
	runtime.LockOSThread()
	// The runtime would write a trace for some signals and exit.
	action := [4]uint64{}
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&action)), 0, sigSetSize, 0, 0)
	set := unix.Sigset_t{}
	set.Val[(sig-1)/64] |= 1 << ((sig - 1) % 64)
	_ = unix.PthreadSigmask(unix.SIG_UNBLOCK, &set, nil)
	_ = unix.Tgkill(os.Getpid(), unix.Gettid(), sig)
	os.Exit(exitSignal + int(sig))
}
