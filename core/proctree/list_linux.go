package proctree

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// list returns all processes in /proc.
func list() ([]Process, error) {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer proc.Close()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	all := make([]Process, 0, len(names))
	var buf [512]byte
	for _, name := range names {
		id, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if p, ok := readStat(filepath.Join("/proc", name, "stat"), buf[:]); ok {
			p.ID = id
			all = append(all, p)
		}
	}
	return all, nil
}

// Places of what is read from a stat file, after the name of the program.
const (
	statState, statParent, statGroup, statSession = 0, 1, 2, 3

	statStart = 19
)

// readStat reads the stat file of a process, which says everything but its id.
func readStat(path string, buf []byte) (p Process, ok bool) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return p, false
	}
	n, err := unix.Read(fd, buf)
	_ = unix.Close(fd)
	if err != nil || n <= 0 {
		return p, false
	}
	// id (name) state parent ...; the name may hold anything, ")" too.
	fields := bytes.Fields(buf[bytes.LastIndexByte(buf[:n], ')')+1 : n])
	if len(fields) <= statStart {
		return p, false
	}
	p.Ended = fields[statState][0] == 'Z' || fields[statState][0] == 'X'
	ok = true
	number := func(i int) int {
		v, err := strconv.Atoi(string(fields[i]))
		ok = ok && err == nil
		return v
	}
	p.Parent, p.Group, p.Session = number(statParent), number(statGroup), number(statSession)
	if p.Start, err = strconv.ParseUint(string(fields[statStart]), 10, 64); err != nil {
		return p, false
	}
	return p, ok
}
