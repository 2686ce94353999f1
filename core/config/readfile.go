package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxFileSize bounds what is read of one file, in bytes.
const maxFileSize = 16 << 20

var (
	// ErrNotFile is the cause when a pipe or a socket stands in place of a file.
	ErrNotFile = errors.New("not a file")
	// ErrTooLarge is the cause when a file is larger than anybody would write.
	ErrTooLarge = fmt.Errorf("larger than %d bytes", maxFileSize)
)

// readFile returns a whole file and what was known about it when it was opened.
// It waits for nobody: opening a pipe would wait for a writer, and a device may
// have no end.
func readFile(path string) (text []byte, info fs.FileInfo, err error) {
	if info, err = os.Stat(path); err != nil {
		return nil, nil, err
	}
	if info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket) != 0 {
		return nil, nil, &fs.PathError{Op: "read", Path: path, Err: ErrNotFile}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close() //nolint:errcheck // nothing was written
	if info, err = file.Stat(); err != nil {
		return nil, nil, err
	}
	if info.Size() > maxFileSize {
		return nil, nil, &fs.PathError{Op: "read", Path: path, Err: ErrTooLarge}
	}
	text, err = io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err == nil && len(text) > maxFileSize {
		err = &fs.PathError{Op: "read", Path: path, Err: ErrTooLarge}
	}
	return text, info, err
}
