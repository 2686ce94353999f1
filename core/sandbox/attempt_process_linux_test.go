package sandbox

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// processAttempts try to get at processes outside, or at what these share.
var processAttempts = []attempt{
	{"attach to a process", always, anybody, func(w *world) error {
		if err := unix.PtraceAttach(w.Victim); err != nil {
			return err
		}
		_, _ = unix.Wait4(w.Victim, nil, unix.WALL, nil)
		return unix.PtraceDetach(w.Victim)
	}},
	{"seize a process", always, nobody, func(w *world) error { return unix.PtraceSeize(w.Victim) }},
	{"be traced", always, nobody, func(*world) error {
		_, _, errno := unix.Syscall(unix.SYS_PTRACE, unix.PTRACE_TRACEME, 0, 0)
		return orNil(errno)
	}},
	{"read memory of a process", always, anybody, func(w *world) error {
		local, remote := iovecs()
		_, err := unix.ProcessVMReadv(w.Victim, local, remote, 0)
		return reached(err)
	}},
	{"write memory of a process", always, anybody, func(w *world) error {
		local, remote := iovecs()
		_, err := unix.ProcessVMWritev(w.Victim, local, remote, 0)
		return reached(err)
	}},
	{"open the memory of a process", always, anybody, func(w *world) error {
		return openFor(fmt.Sprintf("/proc/%d/mem", w.Victim), unix.O_RDWR)
	}},
	{"read the memory of a process", always, anybody, func(w *world) error {
		return openFor(fmt.Sprintf("/proc/%d/mem", w.Victim), unix.O_RDONLY)
	}},
	{"read the environment of a process", always, anybody, func(w *world) error {
		_, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", w.Victim))
		return err
	}},
	{"open the files of a process", always, anybody, func(w *world) error {
		_, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/0", w.Victim))
		return err
	}},
	{"take a file of a process", always, anybody, func(w *world) error {
		pidfd, err := unix.PidfdOpen(w.Victim, 0)
		if err != nil {
			return err
		}
		_, err = unix.PidfdGetfd(pidfd, 1, 0)
		return err
	}},
	{"compare with a process", always, nobody, func(w *world) error {
		_, _, errno := unix.Syscall6(unix.SYS_KCMP, uintptr(os.Getpid()), uintptr(w.Victim), 0, 0, 0, 0)
		return orNil(errno)
	}},
	{"signal a process", scope, anybody, func(w *world) error { return unix.Kill(w.Victim, 0) }},
	{"end a process", scope, anybody, func(w *world) error { return unix.Kill(w.Victim, unix.SIGTERM) }},
	{"end a process by a descriptor", scope, anybody, func(w *world) error {
		pidfd, err := unix.PidfdOpen(w.Victim, 0)
		if err != nil {
			return err
		}
		return unix.PidfdSendSignal(pidfd, unix.SIGTERM, nil, 0)
	}},
	{"end a thread", scope, anybody, func(w *world) error { return unix.Tgkill(w.Victim, w.Victim, unix.SIGTERM) }},
	{"end the process group outside", scope, anybody, func(w *world) error { return unix.Kill(-w.Victim, unix.SIGTERM) }},
	{"end init", scope, nobody, func(*world) error {
		if os.Getpid() == 1 {
			return errNothing
		}
		if err := unix.Kill(1, unix.SIGKILL); err != nil {
			return err
		}
		if err := unix.Kill(1, 0); err != nil {
			return nil // it is gone
		}
		return errors.New("init lives")
	}},
	{"look into init", always, nobody, func(*world) error { return openFor("/proc/1/mem", unix.O_RDWR) }},
	{"read files of init", always, nobody, func(*world) error {
		for fd := range 10 {
			if _, err := os.Readlink(fmt.Sprintf("/proc/1/fd/%d", fd)); err == nil {
				return nil
			}
		}
		return errors.New("no link can be read")
	}},
	{"limit a process", pids, anybody, func(w *world) error {
		return unix.Prlimit(w.Victim, unix.RLIMIT_CORE, &unix.Rlimit{}, nil)
	}},
	{"slow a process down", pids, anybody, func(w *world) error { return unix.Setpriority(unix.PRIO_PROCESS, w.Victim, 19) }},
	{"bind a process to a processor", pids, anybody, func(w *world) error {
		var set unix.CPUSet
		set.Set(0)
		return unix.SchedSetaffinity(w.Victim, &set)
	}},
	{"make a process prone to be killed", always, anybody, func(w *world) error {
		return os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", w.Victim), []byte("1000"), 0)
	}},
	{"write shared memory", ownIPC, anybody, func(w *world) error {
		memory, err := unix.SysvShmAttach(w.Memory, 0, 0)
		if err != nil {
			return err
		}
		copy(memory, "gone")
		return unix.SysvShmDetach(memory)
	}},
	{"send to a message queue", ownIPC, anybody, func(w *world) error {
		if w.Queue == "" {
			return errNothing
		}
		name := append([]byte(w.Queue), 0)
		fd, _, errno := unix.Syscall6(unix.SYS_MQ_OPEN, uintptr(unsafe.Pointer(&name[0])), unix.O_WRONLY, 0, 0, 0, 0)
		if errno == 0 {
			_ = unix.Close(int(fd))
		}
		return orNil(errno)
	}},
	{"use the keyring", always, nobody, func(*world) error {
		_, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_USER_KEYRING, true)
		return err
	}},
	{"add a key", always, nobody, func(*world) error {
		_, err := unix.AddKey("user", "sandbox-test", []byte("x"), unix.KEY_SPEC_PROCESS_KEYRING)
		return err
	}},
	{"ask for a key", always, nobody, func(*world) error {
		_, err := unix.RequestKey("user", "sandbox-test", "", 0)
		if errors.Is(err, unix.ENOKEY) {
			return nil
		}
		return err
	}},
	{"type for the user", always, nobody, func(*world) error {
		c := byte('x')
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, 0, unix.TIOCSTI, uintptr(unsafe.Pointer(&c)))
		if errno == unix.EPERM {
			return errno
		}
		return nil // the kernel was asked
	}},
	{"paste for the user", always, nobody, func(*world) error {
		c := [2]byte{3, 0}
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, 0, unix.TIOCLINUX|1<<40, uintptr(unsafe.Pointer(&c)))
		if errno == unix.EPERM {
			return errno
		}
		return nil
	}},
}

// iovecs are a byte here and one at an address that no process has.
func iovecs() ([]unix.Iovec, []unix.RemoteIovec) {
	local := make([]byte, 1)
	return []unix.Iovec{{Base: &local[0], Len: 1}}, []unix.RemoteIovec{{Base: 4096, Len: 1}}
}

// reached turns the error of a wrong address into success: the kernel has let
// us look.
func reached(err error) error {
	if errors.Is(err, unix.EFAULT) {
		return nil
	}
	return err
}
