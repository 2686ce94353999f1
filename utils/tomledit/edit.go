package tomledit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/codex-go/codex/utils/atomicfile"
)

// ErrNotFile is the cause when the path is a folder, a pipe or a device.
var ErrNotFile = errors.New("not a regular file")

// Edit changes the file at path, which need not exist. It calls change with the
// document and, if that leaves another text, puts it in place of the file in
// one step: a reader sees the old text or the new one. Symbolic links are
// followed and stay, the mode stays, and a new file can be read by its owner
// alone. A file that is not valid TOML is left alone, and so is one for which
// change returns an error.
//
// Writers wait for each other with the lock of path + ".lock". The function may
// be called twice, with different documents: before the lock is taken, to find
// out whether anything has to be written at all, and after. Only then are the
// lock file and a folder that is missing made.
func Edit(ctx context.Context, path string, change func(*Document) error) (err error) {
	if _, changed, err := edited(path, change); err != nil || !changed {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("edit %s: %w", path, err)
	}
	unlock, err := atomicfile.Lock(ctx, path+".lock")
	if err != nil {
		return fmt.Errorf("edit %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	text, changed, err := edited(path, change)
	if err != nil || !changed {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("edit %s: %w", path, err)
	}
	if err := atomicfile.Replace(path, text, atomicfile.Options{KeepMode: true}); err != nil {
		return fmt.Errorf("edit: %w", err)
	}
	return nil
}

// edited returns what the file would hold after the change.
func edited(path string, change func(*Document) error) (text []byte, changed bool, err error) {
	// Reading a pipe or a device might never end.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, false, fmt.Errorf("edit %s: %w", path, ErrNotFile)
	}
	before, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, false, fmt.Errorf("edit: %w", err)
	}
	doc, err := Parse(before)
	if err != nil {
		return nil, false, fmt.Errorf("edit %s: %w", path, err)
	}
	if err := change(doc); err != nil {
		return nil, false, fmt.Errorf("edit %s: %w", path, err)
	}
	text = doc.Bytes()
	return text, !bytes.Equal(before, text), nil
}
