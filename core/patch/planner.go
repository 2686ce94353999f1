package patch

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// planner evaluates sections.
type planner struct {
	*directory
	readDeleted bool
	// obstacle is why the first file that cannot be written at its place
	// cannot, and obstructed are all such files, by how they are shown.
	obstacle   *ApplyError
	obstructed []File
}

func (b *planner) add(s *AddFile) error {
	e, err := b.destination(s.Path)
	if err != nil {
		path := b.join(s.Path)
		b.obstruct(err, File{Kind: Added, Path: path, Target: filepath.Clean(path), New: s.Content})
		return nil
	}
	e.clobbers = e.clobbers || e.exists && !e.touched
	e.write(s.Content, nil)
	e.added = true
	b.claim(e)
	return nil
}

// obstruct notes a file that has an obstacle in its place. The sections behind
// it are evaluated without it.
func (b *planner) obstruct(obstacle *ApplyError, f File) {
	b.obstacle = cmp.Or(b.obstacle, obstacle)
	b.obstructed = append(b.obstructed, f)
}

// destination returns the entry that writing to a path changes. The error says
// what is in the way.
func (b *planner) destination(path string) (*entry, *ApplyError) {
	e, err := b.lookup(path)
	if err == nil {
		e, err = b.follow(e)
	}
	if err == nil && e.exists {
		err = e.checkFile()
	}
	if err == nil && b.parents[e.key] {
		err = &fs.PathError{Op: "open", Path: e.path, Err: syscall.EISDIR}
	}
	if err != nil {
		code := CodeWrite
		if _, ok := errors.AsType[parentError](err); ok {
			code = CodeParents
		}
		return nil, &ApplyError{Code: code, Path: path, Err: err}
	}
	return e, nil
}

func (b *planner) delete(s *DeleteFile) error {
	e, err := b.lookup(s.Path)
	if err == nil && (!e.exists || e.isFolder()) {
		err = e.checkFile()
	}
	if err == nil && b.readDeleted {
		err = b.readThrough(e)
	}
	if err != nil {
		return &ApplyError{Code: CodeDelete, Path: s.Path, Err: err}
	}
	b.take(e)
	return nil
}

// take removes an entry.
func (b *planner) take(e *entry) {
	b.forget(e)
	e.remove()
}

// readThrough makes sure that the original content of an entry is known, that
// of its target if it is a link.
func (b *planner) readThrough(e *entry) error {
	if e.orig == nil || e.loaded {
		return nil
	}
	if e.written {
		return b.load(e)
	}
	target, err := b.follow(e)
	if err != nil {
		return err
	}
	if err := target.checkFile(); err != nil {
		return err
	}
	if target.orig == nil {
		// The link leads to a file that this patch creates.
		return nil
	}
	if err := b.load(target); err != nil {
		return err
	}
	e.text, e.loaded = target.text, true
	return nil
}

func (b *planner) update(s *UpdateFile) error {
	e, err := b.lookup(s.Path)
	var file *entry
	if err == nil {
		file, err = b.follow(e)
	}
	var text string
	if err == nil {
		text, err = b.read(file)
	}
	if err != nil {
		return &ApplyError{Code: CodeRead, Path: s.Path, Err: err}
	}
	content, err := applyChunks(s.Path, text, s.Chunks)
	if err != nil {
		return err
	}
	if s.MoveTo == "" {
		file.write(content, file.lineage)
		b.claim(file)
		return nil
	}
	return b.move(s, e, file, content)
}

// move writes content to the destination of an update and takes its source e
// away. file is e, or what the link e leads to.
func (b *planner) move(s *UpdateFile, e, file *entry, content string) error {
	to, obstacle := b.destination(s.MoveTo)
	if obstacle != nil {
		path := b.join(s.MoveTo)
		b.obstruct(obstacle, File{
			Kind: Updated, Path: e.path, Target: e.key, MovePath: path, MoveTarget: filepath.Clean(path),
			Old: file.text, New: content,
		})
		return nil
	}
	if to == e {
		// Onto itself, by whatever name: an update in place.
		e.write(content, e.lineage)
		return nil
	}
	// What was at the source is shown as the old content, also if a section
	// before this one replaced it.
	if b.readDeleted || e != file {
		if err := b.readThrough(e); err != nil {
			return &ApplyError{Code: CodeRead, Path: s.Path, Err: err}
		}
	}
	if to == file {
		// A link is moved onto the file that it leads to.
		file.write(content, file.lineage)
		b.take(e)
		e.source = true
		return nil
	}
	lineage := file.lineage
	if e != file {
		lineage = e
	}
	if to.exists && !to.touched {
		if e == file && sameFile(to, e) {
			to.respell = e
		} else {
			to.clobbers = true
		}
	}
	to.write(content, lineage)
	to.added = file.added
	to.like = file.like
	b.claim(to)
	b.take(e)
	e.source = true
	return nil
}

// sameFile reports whether two names that differ in case only lead to the same
// file, as they do on file systems that do not care for case.
func sameFile(a, b *entry) bool {
	return a.orig != nil && b.orig != nil && strings.EqualFold(a.key, b.key) &&
		filepath.Dir(a.key) == filepath.Dir(b.key) && os.SameFile(a.orig, b.orig)
}

// files sums up what the sections did to each entry, and what they could not do.
func (b *planner) files() []File {
	// Files that are gone because they were moved, by where they were.
	moved := map[*entry]*entry{}
	for _, e := range b.order {
		if from := e.lineage; e.written && from != nil && from != e && !from.exists {
			moved[from] = e
		}
	}
	// A file that was reached through a link goes by the name of the link,
	// unless something happened to the link as well. One name for two files
	// can also come of a link to a folder that the patch removes.
	taken := map[string]bool{}
	for _, e := range b.order {
		if e.touched && !e.linked {
			taken[e.path] = true
		}
	}
	used := map[string]bool{}
	var files []File
	for _, e := range b.order {
		if !e.touched {
			continue
		}
		path := e.path
		if e.linked && taken[path] || used[path] {
			path = e.key
		}
		used[path] = true
		from := e.lineage
		switch to := moved[e]; {
		case to != nil:
			f := File{
				Kind: Updated, Path: path, Target: e.key,
				MovePath: to.path, MoveTarget: to.key,
				Old: e.text, New: to.content, Overwrites: to.clobbers,
			}
			if to.like != nil {
				f.Mode = to.like.Mode()
			}
			files = append(files, f)
		case from != nil && moved[from] == e:
			// Shown where it came from.
		case e.orig == nil && !e.exists:
		case !e.exists:
			files = append(files, File{Kind: Deleted, Path: path, Target: e.key, Old: e.text})
		default:
			f := File{Kind: Updated, Path: path, Target: e.key, Old: e.text, New: e.content, Overwrites: e.clobbers}
			if e.orig == nil || e.added && !e.deleted || !e.loaded {
				f.Kind, f.Old = Added, ""
			}
			if e.like != nil {
				f.Mode = e.like.Mode()
			}
			files = append(files, f)
		}
	}
	return append(files, b.obstructed...)
}
