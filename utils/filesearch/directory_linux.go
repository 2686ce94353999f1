package filesearch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// listBuffer is how many bytes of entries the system is asked for at a time.
const listBuffer = 64 << 10

// directory is an open directory.
type directory struct{ fd int }

// openRoot opens the directory that a search begins at. It may be a symbolic
// link to one.
func openRoot(path string) (*directory, error) { return openAt(unix.AT_FDCWD, path, 0) }

// open opens a directory below, but no symbolic link.
func (d *directory) open(path string) (*directory, error) {
	return openAt(d.fd, path, unix.O_NOFOLLOW)
}

func openAt(fd int, path string, flags int) (*directory, error) {
	for {
		opened, err := unix.Openat(fd, path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC|flags, 0)
		if !errors.Is(err, unix.EINTR) {
			return &directory{opened}, err
		}
	}
}

func (d *directory) close() { _ = unix.Close(d.fd) } // it was only read

// list reads the entries. stop ends it early.
func (d *directory) list(l *listing, stop func() bool) error {
	l.reset()
	if l.buf == nil {
		l.buf = make([]byte, listBuffer)
	}
	for !stop() {
		n, err := unix.ReadDirent(d.fd, l.buf)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return fmt.Errorf("list directory: %w", err)
		case n == 0:
			return nil
		}
		if err := d.parse(l, l.buf[:n]); err != nil {
			return err
		}
	}
	return nil
}

// Offsets in a record of the system: after inode and offset comes the record's
// length, the kind, and the name, which ends with a zero byte.
const (
	recordLength = int(unsafe.Offsetof(unix.Dirent{}.Reclen))
	recordType   = int(unsafe.Offsetof(unix.Dirent{}.Type))
	recordName   = int(unsafe.Offsetof(unix.Dirent{}.Name))
)

var errRecord = errors.New("list directory: the system returned a malformed record")

func (d *directory) parse(l *listing, records []byte) error {
	for len(records) > 0 {
		if len(records) < recordName {
			return errRecord
		}
		length := int(binary.NativeEndian.Uint16(records[recordLength:]))
		if length <= recordName || length > len(records) {
			return errRecord
		}
		name := records[recordName:length]
		end := 0
		for end < len(name) && name[end] != 0 {
			end++
		}
		if end > 0 {
			kind := records[recordType]
			l.add(name[:end], kind == unix.DT_DIR || kind == unix.DT_UNKNOWN && d.isDir(name[:end]))
		}
		records = records[length:]
	}
	return nil
}

// isDir asks about an entry whose kind the file system does not tell.
func (d *directory) isDir(name []byte) bool {
	var stat unix.Stat_t
	err := unix.Fstatat(d.fd, string(name), &stat, unix.AT_SYMLINK_NOFOLLOW)
	return err == nil && stat.Mode&unix.S_IFMT == unix.S_IFDIR
}

// readFile reads a regular file in the directory.
func (d *directory) readFile(name string) ([]byte, error) {
	// Without blocking, since it may be a pipe.
	fd, err := unix.Openat(d.fd, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	f := os.NewFile(uintptr(fd), name)
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	}
	return readRules(f)
}
