package proctree

import "golang.org/x/sys/unix"

// zombie is the state of a process that has ended and that its parent has not
// looked at.
const zombie = 5

// list returns all processes.
func list() ([]Process, error) {
	entries, err := unix.SysctlKinfoProcSlice("kern.proc.all")
	if err != nil {
		return nil, err
	}
	all := make([]Process, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		id := int(e.Proc.P_pid)
		if id <= 0 {
			continue
		}
		p := Process{
			ID: id, Parent: int(e.Eproc.Ppid), Group: int(e.Eproc.Pgid), Ended: e.Proc.P_stat == zombie,
			Start: uint64(e.Proc.P_starttime.Sec)*1e6 + uint64(e.Proc.P_starttime.Usec),
		}
		if session, err := unix.Getsid(id); err == nil {
			p.Session = session
		}
		all = append(all, p)
	}
	return all, nil
}
