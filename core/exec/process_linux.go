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

// groupAlive reports whether a member of the process group is running; dead
// ones that nobody has waited for do not count.
func (p *process) groupAlive() bool {
	if !p.groupExists() {
		return false
	}
	alive, err := runningInGroup(p.proc.Pid)
	return err != nil || alive
}

// runningInGroup looks through /proc for a running member of a process group.
func runningInGroup(group int) (bool, error) {
	proc, err := os.Open("/proc")
	if err != nil {
		return false, err
	}
	defer proc.Close()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return false, err
	}
	var buf [512]byte
	for _, name := range names {
		if name[0] < '0' || name[0] > '9' {
			continue
		}
		if pgrp, state, ok := readStat(filepath.Join("/proc", name, "stat"), buf[:]); ok && pgrp == group && state != 'Z' && state != 'X' {
			return true, nil
		}
	}
	return false, nil
}

// readStat returns the process group and the state of a process.
func readStat(path string, buf []byte) (pgrp int, state byte, ok bool) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, 0, false
	}
	n, err := unix.Read(fd, buf)
	_ = unix.Close(fd)
	if err != nil {
		return 0, 0, false
	}
	// pid (name) state ppid pgrp ...; the name may hold anything, ")" too.
	fields := bytes.Fields(buf[bytes.LastIndexByte(buf[:n], ')')+1 : n])
	if len(fields) < 3 {
		return 0, 0, false
	}
	pgrp, err = strconv.Atoi(string(fields[2]))
	return pgrp, fields[0][0], err == nil
}
