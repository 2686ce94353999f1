package helper

import (
	"golang.org/x/sys/unix"
)

// capSet is a set of capabilities.
type capSet uint64

func capsOf(caps ...int) (s capSet) {
	for _, c := range caps {
		s |= 1 << c
	}
	return s
}

func (s capSet) has(c int) bool { return s&(1<<c) != 0 }

// ownerCaps are what a privileged command keeps: enough to act on files as root
// does, where it may write at all, and on its own processes. Devices, mounts,
// other processes, the network and the kernel are beyond it.
var ownerCaps = capsOf(unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_FSETID, unix.CAP_SETFCAP,
	unix.CAP_SETUID, unix.CAP_SETGID, unix.CAP_KILL)

// networkCaps come on top where the network is allowed.
var networkCaps = capsOf(unix.CAP_NET_BIND_SERVICE, unix.CAP_NET_RAW)

// permittedCaps returns the capabilities that the process may use.
func permittedCaps() capSet {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return 0
	}
	return capSet(data[0].Permitted&data[0].Effective) | capSet(data[1].Permitted&data[1].Effective)<<32
}

// addDropCaps appends the calls that give up all capabilities but those in
// keep. have are those that the process has when the calls are made.
func addDropCaps(p *program, have, keepCaps capSet) {
	if have == 0 {
		return // no_new_privs keeps it so
	}
	if have.has(unix.CAP_SETPCAP) {
		// What root gets back when it executes something.
		for c := 0; c < 64; c++ {
			if !keepCaps.has(c) {
				p.add("limit capabilities", unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, uintptr(c)).optional = true
			}
		}
	}
	p.add("drop ambient capabilities", unix.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL).optional = true
	keepCaps &= have
	header := &unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := new([2]unix.CapUserData)
	for i := range data {
		part := uint32(keepCaps >> (32 * i))
		data[i] = unix.CapUserData{Effective: part, Permitted: part}
	}
	p.add("drop capabilities", unix.SYS_CAPSET, keep(p, header), keep(p, &data[0]))
}
