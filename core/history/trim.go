package history

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// trim puts a shorter file in the place of f, which is size bytes long and
// locked: the newest entries that fit into four fifths of the bound, or at
// least the last one.
func (l *Log) trim(f *os.File, size int64) error {
	start, err := cut(f, size, l.o.MaxBytes-l.o.MaxBytes/5)
	if err != nil || start == 0 {
		return err
	}
	if err := l.replace(f, start, size); err != nil {
		return fmt.Errorf("drop the oldest entries: %w", err)
	}
	return nil
}

// cut returns where the first entry begins that stays when keep bytes may.
func cut(f *os.File, size, keep int64) (int64, error) {
	in := newScanner(io.NewSectionReader(f, 0, size))
	start := int64(0)
	for size-start > keep {
		n, err := in.skip()
		if err != nil {
			return 0, err
		}
		if start+n >= size {
			break // the last entry stays
		}
		start += n
	}
	return start, nil
}

// replace puts what stands between start and size of f in its place.
func (l *Log) replace(f *os.File, start, size int64) (err error) {
	t, err := os.CreateTemp(filepath.Dir(l.path), ".history-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(t.Name()))
		}
	}()
	_, err = io.Copy(t, io.NewSectionReader(f, start, size-start))
	if err == nil {
		err = t.Sync()
	}
	if err = errors.Join(err, t.Close()); err != nil {
		return err
	}
	if err := makeWay(f); err != nil {
		return err
	}
	return os.Rename(t.Name(), l.path)
}
