package sandbox

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// namespaceAttempts try to get capabilities, or another view of the world.
var namespaceAttempts = append(unshareAttempts(), []attempt{
	{"make namespaces with clone3", always, nobody, func(*world) error {
		args := [11]uint64{0: unix.CLONE_NEWUSER, 4: uint64(unix.SIGCHLD)}
		pid, _, errno := unix.RawSyscall(unix.SYS_CLONE3, uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args), 0)
		if errno == 0 && pid == 0 {
			unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
		}
		return orNil(errno)
	}},
	{"enter the namespaces of a process", always, rootOnly, func(w *world) error {
		ns, err := unix.Open(fmt.Sprintf("/proc/%d/ns/mnt", w.Victim), unix.O_RDONLY, 0)
		if err != nil {
			return err
		}
		defer unix.Close(ns)
		if err := unix.Unshare(unix.CLONE_FS); err != nil {
			return err
		}
		return unix.Setns(ns, unix.CLONE_NEWNS)
	}},
	{"enter the namespaces of a process by a descriptor", always, nobody, func(w *world) error {
		pidfd, err := unix.PidfdOpen(w.Victim, 0)
		if err != nil {
			return err
		}
		return unix.Setns(pidfd, unix.CLONE_NEWUSER|unix.CLONE_NEWNS)
	}},
	{"enter its own namespaces again", always, nobody, func(*world) error {
		ns, err := unix.Open("/proc/self/ns/mnt", unix.O_RDONLY, 0)
		if err != nil {
			return err
		}
		defer unix.Close(ns)
		return unix.Setns(ns, 0)
	}},
	{"bind over the repository", always, rootOnly, func(w *world) error {
		return unix.Mount(w.Outside, w.Work+"/.git", "", unix.MS_BIND, "")
	}},
	{"bind the repository elsewhere", always, rootOnly, func(w *world) error {
		if err := unix.Mkdir(w.Work+"/bound", 0o777); err != nil {
			return err
		}
		return unix.Mount(w.Work+"/.git", w.Work+"/bound", "", unix.MS_BIND, "")
	}},
	{"make the repository writable again", always, nobody, func(w *world) error {
		return unix.Mount("", w.Work+"/.git", "", unix.MS_REMOUNT|unix.MS_BIND, "")
	}},
	{"make the root writable again", always, nobody, func(w *world) error {
		return unix.MountSetattr(unix.AT_FDCWD, "/", unix.AT_RECURSIVE, &unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY})
	}},
	{"unmount the repository", always, nobody, func(w *world) error { return unix.Unmount(w.Work+"/.git", unix.MNT_DETACH) }},
	{"unmount /proc", always, nobody, func(*world) error { return unix.Unmount("/proc", unix.MNT_DETACH) }},
	{"mount a file system", always, nobody, func(w *world) error { return unix.Mount("tmpfs", w.Work, "tmpfs", 0, "") }},
	{"mount the disk", always, nobody, func(w *world) error {
		path, err := diskOf(w.Outside)
		if err != nil {
			return err
		}
		return unix.Mount(path, w.Work, "ext4", 0, "")
	}},
	{"copy a mount", always, nobody, func(*world) error {
		_, err := unix.OpenTree(unix.AT_FDCWD, "/", unix.OPEN_TREE_CLONE)
		return err
	}},
	{"open a mount", always, nobody, func(*world) error {
		_, err := unix.OpenTree(unix.AT_FDCWD, "/", 0)
		return err
	}},
	{"move a mount", always, nobody, func(w *world) error {
		return unix.MoveMount(unix.AT_FDCWD, w.Work+"/.git", unix.AT_FDCWD, w.Work+"/linkdir", 0)
	}},
	{"open a file system", always, nobody, func(*world) error {
		_, err := unix.Fsopen("tmpfs", 0)
		return err
	}},
	{"pick a file system", always, nobody, func(*world) error {
		_, err := unix.Fspick(unix.AT_FDCWD, "/", 0)
		return err
	}},
	{"change the root mount", always, nobody, func(w *world) error { return unix.PivotRoot(w.Work, w.Work) }},
	{"get capabilities back", always, nobody, func(*world) error {
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		all := [2]unix.CapUserData{{Effective: ^uint32(0), Permitted: ^uint32(0)}, {Effective: 1, Permitted: 1}}
		return unix.Capset(&header, &all[0])
	}},
	{"take no_new_privs back", always, nobody, func(*world) error {
		return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0)
	}},
	{"set the host's name", always, nobody, func(*world) error { return unix.Sethostname([]byte("escaped")) }},
	{"load a module", always, nobody, func(*world) error { return unix.InitModule([]byte{1}, "") }},
	{"set the clock", always, nobody, func(*world) error {
		var now unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_REALTIME, &now); err != nil {
			return errNothing
		}
		return unix.ClockSettime(unix.CLOCK_REALTIME, &now)
	}},
}...)

// unshareAttempts make namespaces of every kind, in both ways.
func unshareAttempts() []attempt {
	kinds := []struct {
		name string
		flag int
		user works
	}{
		{"user", unix.CLONE_NEWUSER, nobody}, // not by a process with threads
		{"mount", unix.CLONE_NEWNS, rootOnly}, {"pid", unix.CLONE_NEWPID, rootOnly},
		{"network", unix.CLONE_NEWNET, rootOnly}, {"ipc", unix.CLONE_NEWIPC, rootOnly},
		{"uts", unix.CLONE_NEWUTS, rootOnly}, {"cgroup", unix.CLONE_NEWCGROUP, rootOnly},
		{"time", unix.CLONE_NEWTIME, rootOnly},
	}
	var all []attempt
	for _, k := range kinds {
		all = append(all, attempt{"unshare: " + k.name, always, k.user, func(*world) error { return unix.Unshare(k.flag) }})
		if k.flag == unix.CLONE_NEWTIME {
			continue // the bit is part of the signal there
		}
		user := k.user
		if k.flag == unix.CLONE_NEWUSER {
			user = anybody
		}
		all = append(all, attempt{"clone: " + k.name, always, user, func(*world) error {
			pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, uintptr(k.flag)|uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
			if errno == 0 && pid == 0 {
				unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
			}
			return orNil(errno)
		}})
	}
	return all
}
