package exec

import "golang.org/x/sys/unix"

// zombie is the state of a process that has ended and that its parent has not
// looked at.
const zombie = 5

// sessionMembers returns the running members of a session.
func sessionMembers(session int) (members []int, err error) {
	all, err := unix.SysctlKinfoProcSlice("kern.proc.all")
	if err != nil {
		return nil, err
	}
	for i := range all {
		pid := int(all[i].Proc.P_pid)
		if pid <= 0 || all[i].Proc.P_stat == zombie {
			continue
		}
		if sid, err := unix.Getsid(pid); err == nil && sid == session {
			members = append(members, pid)
		}
	}
	return members, nil
}
