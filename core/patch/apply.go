package patch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// Apply plans a patch and applies it, all of it or nothing, and returns the
// plan that was carried out. Other than [NewPlan] it lets files that are not
// text be deleted. dir is the absolute folder that relative paths start from.
// Errors are those of NewPlan and [Plan.Apply].
func Apply(ctx context.Context, fsys WritableFileSystem, dir string, p *Patch) (*Plan, error) {
	plan, err := newPlan(ctx, fsys, dir, p, false)
	if err != nil {
		return nil, err
	}
	return plan, plan.Apply(ctx, fsys)
}

// Apply writes the results of the plan. Every file is written beside the place
// where it belongs and then renamed; when a step fails or ctx ends, the steps
// before it are undone, so that all files are as they were. The error is an
// [*ApplyError], or that of the context.
//
// A file that cannot be replaced by a rename without losing something, because
// it has more names than one, an owner that cannot be kept, or a folder that
// cannot be written to, is written in place instead.
//
// A file that is not as it was when the plan was made fails with [ErrChanged].
//
// spec: exec-and-tools, applying sections
func (p *Plan) Apply(ctx context.Context, fsys WritableFileSystem) error {
	t := &transaction{ctx: ctx, fsys: fsys}
	if err := t.run(p.order); err != nil {
		undo := t.rollBack()
		if applyErr, ok := errors.AsType[*ApplyError](err); ok {
			applyErr.Undo = undo
			return applyErr
		}
		return errors.Join(err, undo)
	}
	t.clean()
	return nil
}

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

func (t *transaction) run(entries []*entry) error {
	removed := map[string]bool{}     // where something goes, by its real path
	respelled := map[*entry]*entry{} // entries by the one they become
	var first, late []*write         // late ones lie below something that goes
	var removals []*entry
	for _, e := range entries {
		if e.respell != nil && e.written {
			respelled[e.respell] = e
		}
	}
	for _, e := range entries {
		if e.touched && !e.exists && e.orig != nil && respelled[e] == nil {
			removals = append(removals, e)
			removed[e.key] = true
		}
	}
	for _, e := range entries {
		lateOne := below(e.key, removed)
		// What the disk shows below something that goes does not count.
		if e.touched && !(lateOne && e.orig == nil) {
			if err := t.unchanged(e); err != nil {
				return err
			}
		}
		switch {
		case !e.needsWrite():
		case lateOne:
			late = append(late, &write{entry: e})
		default:
			first = append(first, &write{entry: e})
		}
	}
	if err := sharedFile(first); err != nil {
		return err
	}

	for _, w := range first {
		if err := t.stage(w); err != nil {
			return err
		}
	}
	for _, w := range first {
		if err := t.commit(w); err != nil {
			return err
		}
	}
	for _, e := range removals {
		if err := t.remove(e); err != nil {
			return err
		}
	}
	for _, w := range late {
		if err := t.stage(w); err != nil {
			return err
		}
		if err := t.commit(w); err != nil {
			return err
		}
	}
	for _, w := range first {
		if w.respell != nil {
			if err := t.rename(w.respell.key, w.key); err != nil {
				return &ApplyError{Code: CodeWrite, Path: w.name, Err: err}
			}
		}
	}
	return t.cancelled()
}

// needsWrite reports whether the entry ends up with content that is not on
// disk already.
func (e *entry) needsWrite() bool {
	if !e.written {
		return false
	}
	same := e.orig != nil && !e.deleted && e.lineage == e && e.loaded && e.content == e.text
	return !same
}

// place is where the content of the entry is written first.
func (e *entry) place() string {
	if e.respell != nil {
		return e.respell.key
	}
	return e.key
}

// replaced is the file that is in place, nil if there is none.
func (e *entry) replaced() fs.FileInfo {
	if e.respell != nil {
		return e.respell.orig
	}
	return e.orig
}

// below reports whether one of the folders above key is in the set.
func below(key string, set map[string]bool) bool {
	for at := filepath.Dir(key); at != filepath.Dir(at); at = filepath.Dir(at) {
		if set[at] {
			return true
		}
	}
	return false
}

// sharedFile fails if two entries to write are names of one file: writing one
// would undo the other.
func sharedFile(writes []*write) error {
	for i, w := range writes {
		if w.orig == nil || names(w.orig) < 2 {
			continue
		}
		for _, other := range writes[:i] {
			if other.orig != nil && os.SameFile(other.orig, w.orig) {
				return &ApplyError{Code: CodeWrite, Path: w.name, Err: fmt.Errorf("it is the same file as %s", other.name)}
			}
		}
	}
	return nil
}

// unchanged fails if an entry that the patch touches is not on disk what it
// was when the plan was made.
func (t *transaction) unchanged(e *entry) error {
	fail := func(err error) error {
		code := CodeWrite
		if !e.exists {
			code = CodeDelete
		}
		return &ApplyError{Code: code, Path: e.name, Err: err}
	}
	now, err := t.fsys.Lstat(e.key)
	if err != nil {
		if e.orig == nil {
			return nil
		}
		return fail(err)
	}
	if e.orig == nil {
		return fail(ErrChanged)
	}
	if os.SameFile(now, e.orig) && now.Size() == e.orig.Size() && now.Mode() == e.orig.Mode() && now.ModTime().Equal(e.orig.ModTime()) {
		return nil
	}
	if !e.loaded || now.Mode() != e.orig.Mode() || !now.Mode().IsRegular() {
		return fail(ErrChanged)
	}
	data, err := t.fsys.ReadFile(e.key, MaxFileBytes)
	if err != nil {
		return fail(err)
	}
	if string(data) != e.text {
		return fail(ErrChanged)
	}
	return nil
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
	replaced := w.replaced()
	canOverwrite := replaced != nil && replaced.Mode().IsRegular() && !w.deleted
	if canOverwrite && names(replaced) > 1 && w.respell == nil {
		w.inPlace = true
		return nil
	}
	temp := tempName(folder)
	err := t.fsys.Create(temp, []byte(w.content))
	if err == nil {
		t.undo = append(t.undo, func() error { return t.removeIfThere(temp) })
		w.temp = temp
		if w.like != nil {
			ownerErr := t.fsys.SetOwner(temp, w.like)
			if !canOverwrite {
				// A moved file that cannot have the old owner gets a new one,
				// as any file that is copied.
				ownerErr = nil
			}
			err = errors.Join(ownerErr, t.fsys.SetMode(temp, w.like))
		}
	}
	if err != nil && canOverwrite && w.respell == nil {
		w.inPlace = true
		t.drop(w.temp)
		return nil
	}
	if err != nil {
		return &ApplyError{Code: CodeWrite, Path: w.name, Err: err}
	}
	return nil
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
		if err != nil && replaced.Mode().IsRegular() && !w.deleted && w.respell == nil {
			// Such as a file that is mounted by itself.
			if t.overwrite(w) == nil {
				err = nil
				t.drop(w.temp)
			}
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
