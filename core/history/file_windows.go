package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// lockMode is the kind of a lock.
type lockMode uint32

const (
	shared    lockMode = 0
	exclusive lockMode = windows.LOCKFILE_EXCLUSIVE_LOCK
)

// tryLock locks f, until it is closed, without waiting. The byte that is
// locked lies where no entry ever is, because locks keep others from reading.
func tryLock(f *os.File, mode lockMode) error {
	far := &windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), uint32(mode)|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, far)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}

// openNoFollow opens a file, but not through a symbolic link.
func openNoFollow(path string, flag int, perm fs.FileMode) (*os.File, error) {
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSymlink != 0 {
		return nil, fmt.Errorf("open %s: %w", path, ErrForeign)
	}
	return os.OpenFile(path, flag, perm)
}

// fileID returns the identity of a file.
func fileID(f *os.File, _ fs.FileInfo) (uint64, error) {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &info); err != nil {
		return 0, err
	}
	return uint64(info.FileIndexHigh)<<32 | uint64(info.FileIndexLow), nil
}

// private leaves f as it is: the home directory keeps others out.
func private(*os.File, fs.FileInfo) error { return nil }

// makeWay closes f: an open file cannot be replaced.
func makeWay(f *os.File) error { return f.Close() }
