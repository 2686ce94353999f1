package sandbox

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// repositoryAttempts try to change what git believes, inside of the writable
// roots.
var repositoryAttempts = []attempt{
	{"create a hook", mounts, anybody, func(w *world) error {
		return os.WriteFile(w.Work+"/.git/hooks/pre-commit", nil, 0o777)
	}},
	{"change the configuration", mounts, anybody, func(w *world) error { return overwrite(w.Work + "/.git/config") }},
	{"append to the configuration", mounts, anybody, func(w *world) error {
		return openFor(w.Work+"/.git/config", unix.O_WRONLY|unix.O_APPEND)
	}},
	{"truncate the configuration", mounts, anybody, func(w *world) error { return unix.Truncate(w.Work+"/.git/config", 0) }},
	{"remove the configuration", mounts, anybody, func(w *world) error { return unix.Unlink(w.Work + "/.git/config") }},
	{"move a file over the configuration", mounts, anybody, func(w *world) error {
		return unix.Rename(w.Work+"/file", w.Work+"/.git/config")
	}},
	{"hard link a hook", mounts, anybody, func(w *world) error {
		return unix.Link(w.Work+"/file", w.Work+"/.git/hooks/pre-commit")
	}},
	{"symbolic link a hook", mounts, anybody, func(w *world) error {
		return unix.Symlink("../../file", w.Work+"/.git/hooks/pre-commit")
	}},
	{"make a hook executable", mounts, anybody, func(w *world) error {
		return unix.Chmod(w.Work+"/.git/hooks/sample", 0o777)
	}},
	{"hard link the configuration out and write it", mounts, anybody, func(w *world) error {
		if err := unix.Link(w.Work+"/.git/config", w.Work+"/hard"); err != nil {
			return err
		}
		return overwrite(w.Work + "/hard")
	}},
	{"move the configuration out", mounts, anybody, func(w *world) error {
		return unix.Rename(w.Work+"/.git/config", w.Work+"/config")
	}},
	{"write the configuration through a link", mounts, anybody, func(w *world) error {
		if err := unix.Symlink(".git", w.Work+"/gitlink"); err != nil {
			return err
		}
		return overwrite(w.Work + "/gitlink/config")
	}},
	{"write the configuration through a descriptor", mounts, anybody, func(w *world) error {
		return reopen(w.Work+"/.git/config", unix.O_PATH)
	}},
	{"write the configuration relative to a directory", mounts, anybody, func(w *world) error {
		dir, err := unix.Open(w.Work, unix.O_RDONLY|unix.O_DIRECTORY, 0)
		if err != nil {
			return err
		}
		defer unix.Close(dir)
		return writeAt(dir, ".git/config")
	}},
	{"write the configuration through the process", mounts, anybody, func(w *world) error {
		return overwrite("/proc/self/task/" + strconv.Itoa(unix.Gettid()) + "/cwd/.git/config")
	}},
	{"write the configuration through the process outside", mounts, anybody, func(w *world) error {
		return overwrite("/proc/" + strconv.Itoa(w.Victim) + "/root" + w.Work + "/.git/config")
	}},
	{"write the configuration by handle", mounts, rootOnly, func(w *world) error {
		for _, path := range []string{"/", w.Work, w.Work + "/.git", w.Base} {
			mount, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY, 0)
			if err != nil {
				return err
			}
			for _, flags := range []int{unix.O_RDONLY | unix.O_DIRECTORY, unix.O_RDONLY, unix.O_PATH | unix.O_DIRECTORY} {
				hooks, err := unix.OpenByHandleAt(mount, unix.NewFileHandle(w.HandleType, w.Handle), flags)
				if err == nil {
					return writeAt(hooks, "../config")
				}
			}
		}
		return unix.EPERM
	}},
	{"rename the repository", mounts, anybody, func(w *world) error { return unix.Rename(w.Work+"/.git", w.Work+"/git") }},
	{"move a directory over the repository", mounts, nobody, func(w *world) error {
		if err := unix.Mkdir(w.Work+"/evil", 0o777); err != nil {
			return err
		}
		return unix.Rename(w.Work+"/evil", w.Work+"/.git")
	}},
	{"exchange the repository", mounts, anybody, func(w *world) error {
		if err := unix.Mkdir(w.Work+"/other", 0o777); err != nil {
			return err
		}
		return unix.Renameat2(unix.AT_FDCWD, w.Work+"/other", unix.AT_FDCWD, w.Work+"/.git", unix.RENAME_EXCHANGE)
	}},
	{"remove the repository", mounts, anybody, func(w *world) error { return os.RemoveAll(w.Work + "/.git") }},
	{"rename the workspace", mounts, anybody, func(w *world) error { return unix.Rename(w.Work, w.Base+"/away") }},
	{"rename an inner workspace", mounts, anybody, func(w *world) error { return unix.Rename(w.Inner, w.Big+"/away") }},
	{"rename the folder of an inner workspace", mounts, anybody, func(w *world) error {
		return unix.Rename(w.Big+"/a", w.Big+"/away")
	}},
	{"exchange an inner workspace", mounts, anybody, func(w *world) error {
		if err := unix.Mkdir(w.Big+"/fake", 0o777); err != nil {
			return err
		}
		return unix.Renameat2(unix.AT_FDCWD, w.Big+"/fake", unix.AT_FDCWD, w.Inner, unix.RENAME_EXCHANGE)
	}},
	{"change the configuration of an inner workspace", mounts, anybody, func(w *world) error {
		return overwrite(w.Inner + "/.git/config")
	}},
	{"point a linked work tree elsewhere", mounts, anybody, func(w *world) error { return overwrite(w.Tree + "/.git") }},
	{"replace the pointer of a linked work tree", mounts, anybody, func(w *world) error {
		return unix.Rename(w.Tree+"/file", w.Tree+"/.git")
	}},
	{"remove the pointer of a linked work tree", mounts, anybody, func(w *world) error { return unix.Unlink(w.Tree + "/.git") }},
	{"change the repository of a linked work tree", mounts, anybody, func(w *world) error {
		return overwrite(w.Main + "/.git/worktrees/t/x")
	}},
	{"change the configuration that work trees share", mounts, anybody, func(w *world) error {
		return overwrite(w.Main + "/.git/config")
	}},
	{"change the configuration behind a link", always, anybody, func(w *world) error {
		return overwrite(w.Alias + "/.git/config")
	}},
	{"remove the link to a repository", mounts, anybody, func(w *world) error { return unix.Unlink(w.Alias + "/.git") }},
	{"move the link to a repository", mounts, anybody, func(w *world) error {
		return unix.Rename(w.Alias+"/.git", w.Alias+"/git")
	}},
	{"replace the link to a repository", mounts, anybody, func(w *world) error {
		if err := unix.Symlink(".", w.Alias+"/new"); err != nil {
			return err
		}
		return unix.Rename(w.Alias+"/new", w.Alias+"/.git")
	}},
	{"exchange the link to a repository", mounts, anybody, func(w *world) error {
		return unix.Renameat2(unix.AT_FDCWD, w.Alias+"/file", unix.AT_FDCWD, w.Alias+"/.git", unix.RENAME_EXCHANGE)
	}},
	{"remove a link on the way to a repository", mounts, anybody, func(w *world) error {
		return unix.Unlink(w.Alias + "/hop")
	}},
	{"rename the workspace of a link to a repository", mounts, anybody, func(w *world) error {
		return unix.Rename(w.Alias, w.Base+"/away")
	}},
}
