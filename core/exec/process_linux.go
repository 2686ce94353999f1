package exec

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// processAttr makes a child end with this process, and lead a session with
// own.
//
// spec: exec-and-tools, process spawning
func processAttr(own bool) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setsid: own}
}

// waitExit waits until the process has ended. It stays a zombie until reap, so
// that its id, which is also that of its group, belongs to nobody else.
func (p *process) waitExit() {
	for {
		err := unix.Waitid(unix.P_PID, p.proc.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return
		}
	}
}

// reap gives up the id of the process, after waitExit.
func (p *process) reap() { p.state, _ = p.proc.Wait() }

// groupAlive reports whether a member of the process group, or of the session,
// is running; dead ones that nobody has waited for do not count.
func (p *process) groupAlive() bool {
	if p.session {
		return p.sessionAlive()
	}
	if !p.groupExists() {
		return false
	}
	alive, err := runningInGroup(p.proc.Pid)
	return err != nil || alive
}

// runningInGroup looks for a running member of a process group.
func runningInGroup(group int) (alive bool, err error) {
	err = eachProcess(func(_ int, s stat) bool {
		alive = s.group == group && s.running()
		return !alive
	})
	return alive, err
}

// sessionMembers returns the running members of a session.
func sessionMembers(session int) (members []int, err error) {
	err = eachProcess(func(pid int, s stat) bool {
		if s.session == session && s.running() {
			members = append(members, pid)
		}
		return true
	})
	return members, err
}

// eachProcess calls yield for the processes in /proc until it returns false.
func eachProcess(yield func(pid int, s stat) bool) error {
	proc, err := os.Open("/proc")
	if err != nil {
		return err
	}
	defer proc.Close()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return err
	}
	var buf [512]byte
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if s, ok := readStat(filepath.Join("/proc", name, "stat"), buf[:]); ok && !yield(pid, s) {
			break
		}
	}
	return nil
}

// stat is what the kernel tells of a process.
type stat struct {
	state          byte
	group, session int
}

// running reports whether the process is more than an entry that its parent has
// not looked at.
func (s stat) running() bool { return s.state != 'Z' && s.state != 'X' }

// readStat reads the stat file of a process.
func readStat(path string, buf []byte) (s stat, ok bool) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return stat{}, false
	}
	n, err := unix.Read(fd, buf)
	_ = unix.Close(fd)
	if err != nil {
		return stat{}, false
	}
	// pid (name) state ppid pgrp session ...; the name may hold anything, ")"
	// too.
	fields := bytes.Fields(buf[bytes.LastIndexByte(buf[:n], ')')+1 : n])
	if len(fields) < 4 {
		return stat{}, false
	}
	s.state = fields[0][0]
	if s.group, err = strconv.Atoi(string(fields[2])); err != nil {
		return stat{}, false
	}
	s.session, err = strconv.Atoi(string(fields[3]))
	return s, err == nil
}
