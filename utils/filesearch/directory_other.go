//go:build !linux

package filesearch

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// listCount is how many entries the system is asked for at a time.
const listCount = 4096

// directory is an open directory.
type directory struct{ f *os.File }

// openRoot opens the directory that a search begins at. It may be a symbolic
// link to one.
func openRoot(path string) (*directory, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: path, Err: fs.ErrInvalid}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &directory{f}, nil
}

// open opens a directory below, but no symbolic link.
func (d *directory) open(path string) (*directory, error) {
	path = filepath.Join(d.f.Name(), path)
	if info, err := os.Lstat(path); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrInvalid}
	}
	return openRoot(path)
}

func (d *directory) close() { _ = d.f.Close() } // it was only read

// list reads the entries. stop ends it early.
func (d *directory) list(l *listing, stop func() bool) error {
	l.reset()
	for !stop() {
		entries, err := d.f.ReadDir(listCount)
		for _, e := range entries {
			l.add([]byte(e.Name()), e.IsDir())
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list directory: %w", err)
		}
	}
	return nil
}

// readFile reads a regular file in the directory.
func (d *directory) readFile(name string) ([]byte, error) {
	path := filepath.Join(d.f.Name(), name)
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrInvalid}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readRules(f)
}
