package rollout

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// renameExclusive renames a file, unless the new name is taken.
func renameExclusive(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		return renameUnlessThere(from, to) // the file system cannot
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

// otherFileSystem reports whether err says that a file cannot be renamed to
// another file system.
func otherFileSystem(err error) bool { return errors.Is(err, unix.EXDEV) }
