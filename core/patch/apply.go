package patch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
// it has more names than one, extended attributes, an owner that cannot be kept,
// or a folder that cannot be written to, is written in place instead. A file
// that may not be written to is left alone: the patch fails.
//
// A file that is not as it was when the plan was made fails with [ErrChanged].
//
// spec: exec-and-tools, applying sections
func (p *Plan) Apply(ctx context.Context, fsys WritableFileSystem) error {
	if p.obstacle != nil {
		return p.obstacle
	}
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

// run carries out what the entries of a plan say.
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
