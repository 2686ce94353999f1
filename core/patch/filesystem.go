package patch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// MaxFileBytes bounds the size of a file that a patch edits: a larger one
// cannot be updated. It keeps planning a patch within a few times this size.
const MaxFileBytes = 64 << 20

// FileSystem is what planning reads. Paths are absolute. Errors should be those
// of the standard library ([fs.ErrNotExist] and so on, usually in an
// [*fs.PathError]). [OS] is the real one; all its methods may be called
// concurrently.
type FileSystem interface {
	// Lstat describes the file itself, not what a symbolic link points to.
	Lstat(path string) (fs.FileInfo, error)
	// Readlink returns the target of a symbolic link.
	Readlink(path string) (string, error)
	// ReadFile returns the content of a regular file; a file of more than limit
	// bytes is an error.
	ReadFile(path string, limit int64) ([]byte, error)
}

// WritableFileSystem is what applying a patch needs in addition.
type WritableFileSystem interface {
	FileSystem
	// Mkdir creates one folder, readable by all as far as the umask allows.
	Mkdir(path string) error
	// Create writes a new file of a mode that the umask may still narrow. It is
	// an error if there is anything at path. A file that could not be written
	// in full is removed again.
	Create(path string, data []byte, mode fs.FileMode) error
	// Replaceable reports whether a regular file can be replaced by another one
	// of the same mode and owner without losing more than its content. A file
	// that may not be written to is an error.
	Replaceable(path string) (bool, error)
	// Overwrite replaces the content of a file in place.
	Overwrite(path string, data []byte) error
	// SetMode gives a file the permission bits of another one, without those
	// that writing to a file clears.
	SetMode(path string, as fs.FileInfo) error
	// SetOwner gives a file the owner and group of another one. It does
	// nothing if they are the same already, or if there are no owners.
	SetOwner(path string, as fs.FileInfo) error
	// Link gives a file a second name.
	Link(path, name string) error
	// Rename moves a file, replacing what is at the new name.
	Rename(path, name string) error
	// Remove removes a file or an empty folder.
	Remove(path string) error
}

// OS returns the file system of the operating system.
func OS() WritableFileSystem { return osFiles{} }

type osFiles struct{}

func (osFiles) Lstat(path string) (fs.FileInfo, error) { return os.Lstat(path) }
func (osFiles) Readlink(path string) (string, error)   { return os.Readlink(path) }

func (osFiles) ReadFile(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() // nothing was written
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("%w: %d bytes", errTooLarge, info.Size())}
	}
	var buf bytes.Buffer
	buf.Grow(int(info.Size()) + bytes.MinRead)
	n, err := buf.ReadFrom(io.LimitReader(file, limit+1))
	if err == nil && n > limit {
		err = &fs.PathError{Op: "read", Path: path, Err: errTooLarge}
	}
	return buf.Bytes(), err
}

func (osFiles) Mkdir(path string) error { return os.Mkdir(path, 0o777) }

func (osFiles) Create(path string, data []byte, mode fs.FileMode) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

func (osFiles) Replaceable(path string) (bool, error) {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return false, err
	}
	info, err := file.Stat()
	if err = errors.Join(err, file.Close()); err != nil {
		return false, err
	}
	return names(info) == 1 && !hasAttributes(path), nil
}

func (osFiles) Overwrite(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Truncate(int64(len(data)))
	}
	return errors.Join(err, file.Close())
}

func (osFiles) SetMode(path string, as fs.FileInfo) error {
	return os.Chmod(path, as.Mode().Perm())
}

func (osFiles) SetOwner(path string, as fs.FileInfo) error { return chown(path, as) }

func (osFiles) Link(path, name string) error   { return os.Link(path, name) }
func (osFiles) Rename(path, name string) error { return os.Rename(path, name) }
func (osFiles) Remove(path string) error       { return os.Remove(path) }
