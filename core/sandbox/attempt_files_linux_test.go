package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// fileAttempts try to change files outside of the writable roots.
var fileAttempts = []attempt{
	{"create a file", always, anybody, func(w *world) error {
		return os.WriteFile(w.Outside+"/new", nil, 0o666)
	}},
	{"overwrite a file", always, anybody, func(w *world) error {
		return overwrite(w.Outside + "/file")
	}},
	{"append to a file", always, anybody, func(w *world) error {
		return openFor(w.Outside+"/file", unix.O_WRONLY|unix.O_APPEND)
	}},
	{"truncate a file on opening it", always, anybody, func(w *world) error {
		return openFor(w.Outside+"/file", unix.O_RDONLY|unix.O_TRUNC)
	}},
	{"truncate a file by name", always, anybody, func(w *world) error {
		return unix.Truncate(w.Outside+"/file", 0)
	}},
	{"make a nameless file", always, anybody, func(w *world) error {
		return openFor(w.Outside, unix.O_WRONLY|unix.O_TMPFILE)
	}},
	{"remove a file", always, anybody, func(w *world) error { return unix.Unlink(w.Outside + "/file") }},
	{"remove a directory", always, anybody, func(w *world) error {
		return errors.Join(unix.Unlink(w.Outside+"/dir/file"), unix.Rmdir(w.Outside+"/dir"))
	}},
	{"make a directory", always, anybody, func(w *world) error { return unix.Mkdir(w.Outside+"/new", 0o777) }},
	{"make a symbolic link", always, anybody, func(w *world) error {
		return unix.Symlink("file", w.Outside+"/new")
	}},
	{"make a pipe", always, anybody, func(w *world) error { return unix.Mkfifo(w.Outside+"/new", 0o666) }},
	{"make a socket file", always, anybody, func(w *world) error {
		return unix.Mknod(w.Outside+"/new", unix.S_IFSOCK|0o666, 0)
	}},
	{"move a file out", always, anybody, func(w *world) error {
		return unix.Rename(w.Work+"/file", w.Outside+"/new")
	}},
	{"move a file over one outside", always, anybody, func(w *world) error {
		return unix.Rename(w.Work+"/file", w.Outside+"/file")
	}},
	{"move a file in", always, anybody, func(w *world) error {
		return unix.Rename(w.Outside+"/file", w.Work+"/new")
	}},
	{"exchange files", always, anybody, func(w *world) error {
		return unix.Renameat2(unix.AT_FDCWD, w.Work+"/file", unix.AT_FDCWD, w.Outside+"/file", unix.RENAME_EXCHANGE)
	}},
	{"rename a file", always, anybody, func(w *world) error {
		return unix.Rename(w.Outside+"/file", w.Outside+"/new")
	}},
	{"hard link a file in and write it", always, anybody, func(w *world) error {
		if err := unix.Link(w.Outside+"/file", w.Work+"/hard"); err != nil {
			return err
		}
		return overwrite(w.Work + "/hard")
	}},
	{"hard link a file out", always, anybody, func(w *world) error {
		return unix.Link(w.Work+"/file", w.Outside+"/new")
	}},
	{"hard link through a descriptor", always, anybody, func(w *world) error {
		fd, err := unix.Open(w.Outside+"/file", unix.O_PATH, 0)
		if err != nil {
			return err
		}
		err = unix.Linkat(unix.AT_FDCWD, "/proc/self/fd/"+strconv.Itoa(fd), unix.AT_FDCWD, w.Work+"/hard", unix.AT_SYMLINK_FOLLOW)
		if err != nil {
			return err
		}
		return overwrite(w.Work + "/hard")
	}},
	{"write through a symbolic link", always, anybody, func(w *world) error { return overwrite(w.Work + "/link") }},
	{"write through a link to a directory", always, anybody, func(w *world) error {
		return overwrite(w.Work + "/linkdir/file")
	}},
	{"write through a new link", always, anybody, func(w *world) error {
		if err := unix.Symlink(w.Outside, w.Work+"/newlink"); err != nil {
			return err
		}
		return overwrite(w.Work + "/newlink/file")
	}},
	{"write through dot dot", always, anybody, func(w *world) error { return overwrite("../outside/file") }},
	{"write from another working directory", always, anybody, func(w *world) error {
		defer chdir(w.Work)
		if err := os.Chdir(w.Outside); err != nil {
			return err
		}
		return overwrite("file")
	}},
	{"write relative to a descriptor", always, anybody, func(w *world) error {
		dir, err := unix.Open(w.Outside, unix.O_PATH|unix.O_DIRECTORY, 0)
		if err != nil {
			return err
		}
		defer unix.Close(dir)
		return writeAt(dir, "file")
	}},
	{"write through /proc/self/root", always, anybody, func(w *world) error {
		return overwrite("/proc/self/root" + w.Outside + "/file")
	}},
	{"write through /proc/self/cwd", always, anybody, func(w *world) error {
		return overwrite("/proc/self/cwd/../outside/file")
	}},
	{"write through the root of init", always, nobody, func(w *world) error {
		return overwrite("/proc/1/root" + w.Outside + "/file")
	}},
	{"write through the root of a process outside", always, anybody, func(w *world) error {
		return overwrite("/proc/" + strconv.Itoa(w.Victim) + "/root" + w.Outside + "/file")
	}},
	{"write through the working directory of the parent", always, nobody, func(w *world) error {
		return overwrite("/proc/" + strconv.Itoa(os.Getppid()) + "/cwd/../outside/file")
	}},
	{"open a descriptor for reading again for writing", always, anybody, func(w *world) error {
		return reopen(w.Outside+"/file", unix.O_RDONLY)
	}},
	{"open a bare descriptor again for writing", always, anybody, func(w *world) error {
		return reopen(w.Outside+"/file", unix.O_PATH)
	}},
	{"map a file for writing", always, anybody, func(w *world) error {
		fd, err := unix.Open(w.Outside+"/file", unix.O_RDWR, 0)
		if err != nil {
			if fd, err = unix.Open(w.Outside+"/file", unix.O_RDONLY, 0); err != nil {
				return err
			}
		}
		defer unix.Close(fd)
		memory, err := unix.Mmap(fd, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		if err != nil {
			return err
		}
		memory[0] = 'X'
		return unix.Munmap(memory)
	}},
	{"open by handle", always, rootOnly, func(w *world) error {
		handle, mount, err := unix.NameToHandleAt(unix.AT_FDCWD, w.Outside+"/file", 0)
		_ = mount
		if err != nil {
			return err
		}
		root, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY, 0)
		if err != nil {
			return err
		}
		defer unix.Close(root)
		fd, err := unix.OpenByHandleAt(root, handle, unix.O_WRONLY)
		if err != nil {
			return err
		}
		return unix.Close(fd)
	}},
	{"change the root directory", always, rootOnly, func(w *world) error {
		if err := unix.Chroot(w.Outside); err != nil {
			return err
		}
		return overwrite("/file")
	}},
	{"race a rename against opening", always, nobody, raceRename},
	{"race a link against opening", always, nobody, raceLink},
	{"write with a ring", always, nobody, func(w *world) error {
		params := make([]byte, 256)
		_, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 4, uintptr(unsafe.Pointer(&params[0])), 0)
		return orNil(errno)
	}},
	{"write with a program from memory", always, anybody, func(w *world) error {
		code, err := os.ReadFile("/bin/sh")
		if err != nil {
			return err
		}
		fd, err := unix.MemfdCreate("sh", 0)
		if err != nil {
			return err
		}
		if _, err := unix.Write(fd, code); err != nil {
			return err
		}
		return exec.Command("/proc/self/fd/"+strconv.Itoa(fd), "-c", `echo escaped >"$0"`, w.Outside+"/file").Run()
	}},
	{"change a kernel setting", always, nobody, func(*world) error {
		return openFor("/proc/sys/kernel/core_pattern", unix.O_WRONLY)
	}},
	{"change a device's setting", always, nobody, func(*world) error {
		return openFor("/sys/kernel/mm/transparent_hugepage/enabled", unix.O_WRONLY)
	}},
	{"join a control group", always, nobody, func(*world) error {
		for _, path := range []string{"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/unified/cgroup.procs", "/sys/fs/cgroup/pids/tasks"} {
			if openFor(path, unix.O_WRONLY) == nil {
				return nil
			}
		}
		return errors.New("none can be opened")
	}},
	{"write memory of the kernel", always, nobody, func(*world) error { return openFor("/dev/mem", unix.O_RDWR) }},
	{"write the disk", always, nobody, func(w *world) error {
		path, err := diskOf(w.Outside)
		if err != nil {
			return err
		}
		return openFor(path, unix.O_RDWR)
	}},
	{"make a device of the disk inside", always, nobody, func(w *world) error {
		var st unix.Stat_t
		if err := unix.Stat(w.Outside, &st); err != nil {
			return err
		}
		path := w.Work + "/disk"
		if err := unix.Mknod(path, unix.S_IFBLK|0o666, int(st.Dev)); err != nil {
			return err
		}
		return openFor(path, unix.O_RDWR)
	}},
	{"open a terminal of somebody", always, nobody, func(*world) error { return openFor("/dev/ptmx", unix.O_RDWR) }},

	{"change a mode", mounts, anybody, func(w *world) error { return unix.Chmod(w.Outside+"/file", 0o600) }},
	{"change a mode of a descriptor", mounts, anybody, func(w *world) error {
		fd, err := unix.Open(w.Outside+"/file", unix.O_RDONLY, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		return unix.Fchmod(fd, 0o600)
	}},
	{"change a mode through a link", mounts, anybody, func(w *world) error { return unix.Chmod(w.Work+"/link", 0o600) }},
	{"change an owner", mounts, rootOnly, func(w *world) error { return unix.Lchown(w.Outside+"/file", 1, 1) }},
	{"change a group to the same", mounts, anybody, func(w *world) error {
		return unix.Lchown(w.Outside+"/file", -1, os.Getgid())
	}},
	{"change a time", mounts, anybody, func(w *world) error {
		return os.Chtimes(w.Outside+"/file", time.Unix(1, 0), time.Unix(1, 0))
	}},
	{"set an attribute", mounts, anybody, func(w *world) error {
		return unix.Setxattr(w.Outside+"/file", "user.test", []byte("x"), 0)
	}},
}

func chdir(dir string) { _ = os.Chdir(dir) }

// openFor opens a file and closes it.
func openFor(path string, flags int) error {
	fd, err := unix.Open(path, flags|unix.O_NOCTTY|unix.O_CLOEXEC, 0o666)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

// overwrite changes an existing file.
func overwrite(path string) error { return writeAt(unix.AT_FDCWD, path) }

func writeAt(dir int, path string) error {
	fd, err := unix.Openat(dir, path, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	_, err = unix.Write(fd, []byte("escaped"))
	return errors.Join(err, unix.Close(fd))
}

// reopen opens a file by a descriptor of it.
func reopen(path string, flags int) error {
	fd, err := unix.Open(path, flags, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return overwrite("/proc/self/fd/" + strconv.Itoa(fd))
}

func orNil(errno unix.Errno) error {
	if errno == 0 {
		return nil
	}
	return errno
}

// diskOf returns the file of the device that a path lies on.
func diskOf(path string) (string, error) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return "", err
	}
	name, err := os.Readlink(fmt.Sprintf("/sys/dev/block/%d:%d", unix.Major(st.Dev), unix.Minor(st.Dev)))
	if err != nil {
		return "", err
	}
	return "/dev/" + filepath.Base(name), nil
}

// raceRename exchanges, again and again, a directory inside with a link to one
// outside, while it writes through that name.
func raceRename(w *world) error {
	dir, link := w.Work+"/race", w.Work+"/racelink"
	if err := errors.Join(os.MkdirAll(dir, 0o777), os.WriteFile(dir+"/file", nil, 0o666), os.Symlink(w.Outside, link)); err != nil {
		return err
	}
	return race(func() {
		_ = unix.Renameat2(unix.AT_FDCWD, dir, unix.AT_FDCWD, link, unix.RENAME_EXCHANGE)
	}, dir+"/file", w.Outside+"/file")
}

// raceLink does so with a file and a link to one.
func raceLink(w *world) error {
	file, link := w.Work+"/racefile", w.Work+"/racefilelink"
	if err := errors.Join(os.WriteFile(file, nil, 0o666), os.Symlink(w.Outside+"/file", link)); err != nil {
		return err
	}
	return race(func() {
		_ = unix.Renameat2(unix.AT_FDCWD, file, unix.AT_FDCWD, link, unix.RENAME_EXCHANGE)
	}, file, w.Outside+"/file")
}

// race calls exchange while it opens path for writing, many times, and returns
// nil if that has ever opened target.
func race(exchange func(), path, target string) error {
	var want unix.Stat_t
	if err := unix.Stat(target, &want); err != nil {
		return err
	}
	var over atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !over.Load() {
			exchange()
		}
	}()
	err := errors.New("every open led inside or failed")
	for range 3000 {
		fd, openErr := unix.Open(path, unix.O_WRONLY, 0)
		if openErr != nil {
			runtime.Gosched()
			continue
		}
		var got unix.Stat_t
		if unix.Fstat(fd, &got) == nil && got.Ino == want.Ino && got.Dev == want.Dev {
			err = nil
		}
		_ = unix.Close(fd)
	}
	over.Store(true)
	<-done
	return err
}
