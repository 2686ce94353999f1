package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Options says how [Replace] treats the mode of the file. The zero value makes
// every file readable and writable by its owner alone.
type Options struct {
	// Mode is the mode of the new content. Zero means 0600.
	Mode fs.FileMode
	// KeepMode lets a file that exists keep its mode.
	KeepMode bool
}

// Replace gives the file at path new content: it writes a temporary file in
// the same folder, flushes it to the disk and renames it. When path is a
// symbolic link the file that it points to is replaced, also when that does
// not exist yet. The folder must exist. After an error the old content is
// there unchanged.
func Replace(path string, content []byte, options Options) error {
	return replacer{create: createTemp}.replace(path, content, options)
}

// temporary is what replace needs of an os.File; tests put in one that fails.
type temporary interface {
	io.WriteCloser
	Name() string
	Chmod(fs.FileMode) error
	Sync() error
}

type replacer struct {
	create func(folder, pattern string) (temporary, error)
}

func createTemp(folder, pattern string) (temporary, error) { return os.CreateTemp(folder, pattern) }

func (r replacer) replace(path string, content []byte, options Options) (err error) {
	target, err := Resolve(path)
	if err != nil {
		return fmt.Errorf("replace %s: %w", path, err)
	}
	mode := options.Mode
	if mode == 0 {
		mode = 0o600
	}
	existing, err := os.Stat(target)
	switch {
	case err == nil && !existing.Mode().IsRegular():
		return fmt.Errorf("replace %s: not a regular file", path)
	case err == nil && options.KeepMode:
		mode = existing.Mode().Perm()
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("replace %s: %w", path, err)
	}
	file, err := r.create(filepath.Dir(target), "."+filepath.Base(target)+".*.tmp")
	if err != nil {
		return fmt.Errorf("replace %s: %w", path, err)
	}
	name := file.Name()
	defer func() {
		if err != nil {
			err = fmt.Errorf("replace %s: %w", path, errors.Join(err, removeQuietly(name)))
		}
	}()
	if err = fill(file, content, mode); err != nil {
		return err
	}
	if existing != nil {
		keepOwner(name, existing)
	}
	if err = os.Rename(name, target); err != nil {
		return err
	}
	// The rename has happened; that its folder cannot be flushed, as on some
	// file systems, is no reason to report a failure.
	syncFolder(filepath.Dir(target))
	return nil
}

func fill(file temporary, content []byte, mode fs.FileMode) (err error) {
	defer func() {
		if closing := file.Close(); err == nil {
			err = closing
		}
	}()
	if _, err := file.Write(content); err != nil {
		return err
	}
	if err := file.Chmod(mode); err != nil {
		return err
	}
	return file.Sync()
}

func removeQuietly(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func syncFolder(path string) {
	folder, err := os.Open(path)
	if err != nil {
		return
	}
	// Nothing can be done about a failure, and nothing was written through
	// this file.
	_ = folder.Sync()
	_ = folder.Close()
}

// maxLinks is how many symbolic links are followed, as in the kernel.
const maxLinks = 40

// Resolve follows the symbolic links at the end of path, also to a file that
// does not exist.
func Resolve(path string) (string, error) {
	for range maxLinks {
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		link, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(link) {
			link = filepath.Dir(path) + string(filepath.Separator) + link
		}
		// Folders on the way may be links, so that ".." must not be cut off by
		// name alone.
		folder, name := filepath.Split(link)
		if folder, err = filepath.EvalSymlinks(folder); err != nil {
			return "", err
		}
		path = filepath.Join(folder, name)
	}
	return "", errors.New("too many symbolic links")
}
