package patch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"syscall"
)

// tempPrefix begins the names of the files that exist while a patch is applied.
const tempPrefix = ".codex-patch-"

// transaction carries a plan out and can take its steps back.
type transaction struct {
	ctx  context.Context
	fsys WritableFileSystem

	undo    []func() error // what takes back each step, in the order of the steps
	backups []string       // files that are of no use once all steps are done
}

// write is the new content of one entry on its way.
type write struct {
	*entry
	temp    string // where the content lies; empty if it is written in place
	inPlace bool
}

func (t *transaction) cancelled() error {
	if t.ctx.Err() != nil {
		return fmt.Errorf("apply patch: %w", context.Cause(t.ctx))
	}
	return nil
}

// stage writes the content of an entry to a file beside it, with the mode and
// owner that it is to have.
func (t *transaction) stage(w *write) error {
	if err := t.cancelled(); err != nil {
		return err
	}
	folder := filepath.Dir(w.place())
	if err := t.mkdirs(folder); err != nil {
		return &ApplyError{Code: CodeParents, Path: w.name, Err: err}
	}
	fail := func(err error) error { return &ApplyError{Code: CodeWrite, Path: w.name, Err: err} }
	if w.overwrites() {
		replaceable, err := t.fsys.Replaceable(w.key)
		if err != nil {
			return fail(err)
		}
		if !replaceable {
			w.inPlace = true
			return nil
		}
	}
	temp := tempName(folder)
	mode := fs.FileMode(0o666)
	if w.like != nil {
		mode = 0o600 // nobody reads along until it has the mode of the old file
	}
	if err := t.fsys.Create(temp, []byte(w.content), mode); err != nil {
		if w.overwrites() && denied(err) {
			w.inPlace = true
			return nil
		}
		if at, ok := errors.AsType[*fs.PathError](err); ok && at.Path == temp {
			err = &fs.PathError{Op: "write", Path: w.place(), Err: at.Err} // the temporary name says nothing
		}
		return fail(err)
	}
	t.undo = append(t.undo, func() error { return t.removeIfThere(temp) })
	if w.like != nil {
		// A moved file that cannot have the old owner gets a new one, as any
		// file that is copied.
		if err := t.fsys.SetOwner(temp, w.like); err != nil && w.overwrites() {
			w.inPlace = true
			t.drop(temp)
			return nil
		}
		if err := t.fsys.SetMode(temp, w.like); err != nil {
			return fail(err)
		}
	}
	w.temp = temp
	return nil
}

// overwrites reports whether the new content goes into a file that is there
// and keeps its name, so that it can be written in place.
func (w *write) overwrites() bool {
	return w.respell == nil && !w.deleted && w.orig != nil && w.orig.Mode().IsRegular()
}

// denied reports whether an operation failed because of where the file is, so
// that writing to the file itself may still be possible.
func denied(err error) bool {
	for _, cause := range []error{fs.ErrPermission, syscall.EROFS, syscall.EBUSY, syscall.EXDEV, errors.ErrUnsupported} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}

// commit puts the content of an entry where it belongs.
func (t *transaction) commit(w *write) error {
	if err := t.cancelled(); err != nil {
		return err
	}
	var err error
	switch replaced := w.replaced(); {
	case w.inPlace:
		err = t.overwrite(w)
	case replaced == nil:
		if err = t.fsys.Rename(w.temp, w.place()); err == nil {
			t.undo = append(t.undo, func() error { return t.fsys.Remove(w.place()) })
		}
	default:
		err = t.replace(w, replaced)
		if err != nil && w.overwrites() && denied(err) {
			// Such as a file that is mounted by itself.
			t.drop(w.temp)
			err = t.overwrite(w)
		}
	}
	if err != nil {
		return &ApplyError{Code: CodeWrite, Path: w.name, Err: err}
	}
	return nil
}

// replace renames the new file over the old one, which keeps another name
// until all is done.
func (t *transaction) replace(w *write, replaced fs.FileInfo) error {
	place := w.place()
	backup := tempName(filepath.Dir(place))
	// A second name leaves no moment without the file. Links cannot have one
	// everywhere.
	if !replaced.Mode().IsRegular() || t.fsys.Link(place, backup) != nil {
		if err := t.fsys.Rename(place, backup); err != nil {
			return err
		}
	}
	t.drop(backup)
	t.undo = append(t.undo, func() error {
		if err := t.fsys.Rename(backup, place); err != nil {
			return err
		}
		// Renaming a file to another of its own names does nothing.
		return t.removeIfThere(backup)
	})
	return t.fsys.Rename(w.temp, place)
}

// overwrite writes the content of an entry into the file that is there.
func (t *transaction) overwrite(w *write) error {
	old, err := t.fsys.ReadFile(w.key, MaxFileBytes)
	if err != nil {
		return err
	}
	t.undo = append(t.undo, func() error { return t.fsys.Overwrite(w.key, old) })
	if err := t.fsys.Overwrite(w.key, []byte(w.content)); err != nil {
		return err
	}
	if w.like == nil || w.like.Mode() == w.orig.Mode() {
		return nil
	}
	t.undo = append(t.undo, func() error { return t.fsys.SetMode(w.key, w.orig) })
	return t.fsys.SetMode(w.key, w.like)
}

// remove takes an entry away. It keeps another name until all is done.
func (t *transaction) remove(e *entry) error {
	if err := t.cancelled(); err != nil {
		return err
	}
	backup := tempName(filepath.Dir(e.key))
	if err := t.rename(e.key, backup); err != nil {
		code := CodeDelete
		if e.source {
			code = CodeSource
		}
		return &ApplyError{Code: code, Path: e.name, Err: err}
	}
	t.drop(backup)
	return nil
}

func (t *transaction) rename(from, to string) error {
	if err := t.fsys.Rename(from, to); err != nil {
		return err
	}
	t.undo = append(t.undo, func() error { return t.fsys.Rename(to, from) })
	return nil
}

// mkdirs creates a folder and those above it.
func (t *transaction) mkdirs(folder string) error {
	var missing []string
	for at := folder; ; at = filepath.Dir(at) {
		_, err := t.fsys.Lstat(at)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			return err
		}
		missing = append(missing, at)
	}
	for _, at := range slices.Backward(missing) {
		if err := t.fsys.Mkdir(at); errors.Is(err, fs.ErrExist) {
			continue
		} else if err != nil {
			return err
		}
		t.undo = append(t.undo, func() error {
			// It stays if somebody else has put something there meanwhile.
			_ = t.fsys.Remove(at)
			return nil
		})
	}
	return nil
}

// rollBack takes all steps back, the last one first, and goes on when one
// cannot be.
func (t *transaction) rollBack() error {
	var errs []error
	for _, undo := range slices.Backward(t.undo) {
		if err := undo(); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// drop notes a file that is of no use once all steps are done.
func (t *transaction) drop(name string) {
	if name != "" {
		t.backups = append(t.backups, name)
	}
}

func (t *transaction) removeIfThere(name string) error {
	if err := t.fsys.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// clean removes the old files that are kept for taking steps back. All files of
// the patch are as they should be; one that cannot be removed is left behind
// under its temporary name.
func (t *transaction) clean() {
	for _, backup := range t.backups {
		_ = t.fsys.Remove(backup)
	}
}

// tempName returns a name in a folder that nothing else uses.
func tempName(folder string) string {
	return filepath.Join(folder, fmt.Sprintf("%s%016x", tempPrefix, rand.Uint64()))
}
