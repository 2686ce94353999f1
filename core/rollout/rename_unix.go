//go:build unix && !linux

package rollout

import (
	"errors"

	"golang.org/x/sys/unix"
)

// renameExclusive renames a file, unless the new name is taken.
func renameExclusive(from, to string) error { return renameUnlessThere(from, to) }

// otherFileSystem reports whether err says that a file cannot be renamed to
// another file system.
func otherFileSystem(err error) bool { return errors.Is(err, unix.EXDEV) }
