package patch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/codex-go/codex/core/patch/linediff"
	"github.com/codex-go/codex/protocol"
)

// Kind says what a patch does to a file, all sections together.
type Kind uint8

// The values of [Kind].
const (
	Added   Kind = iota + 1 // created, or overwritten as a whole
	Deleted                 // removed
	Updated                 // edited, moved, or both
)

// File is what a patch does to one file, all its sections together.
type File struct {
	Kind Kind
	// Path is the file as the patch spells it, joined to the working folder
	// and not normalised. Two spellings of one file share the first one.
	Path string
	// Target is the file that is really written or removed: normalised, links
	// resolved. It differs from Path for links and for folders behind links.
	Target string
	// MovePath and MoveTarget are the same for the destination of a move;
	// empty if the file stays where it is.
	MovePath, MoveTarget string
	// Old and New are the contents before and after. Old is empty for Added,
	// New for Deleted.
	Old, New string
	// Mode is the mode after the change; zero for a new file, whose mode
	// follows from the umask, and for Deleted.
	Mode fs.FileMode
	// Overwrites says that an add or a move replaces a file that is there now
	// and that the patch does not delete. Somebody should be asked first.
	Overwrites bool
}

// Plan is a patch that was checked against the files: it holds what they will
// contain. It does not change any more and is safe for concurrent use; Apply
// must run once only.
type Plan struct {
	patch *Patch
	order []*entry
	files []File
}

// NewPlan checks that a patch can be applied and computes the results, without
// writing anything. Sections are evaluated one after the other, each against
// what the ones before it leave behind. dir is the absolute folder that
// relative paths start from; it need not exist.
//
// The error is an [*ApplyError], or that of the context. All files whose
// content goes or changes must be readable text.
//
// spec: exec-and-tools, verification
func NewPlan(ctx context.Context, fsys FileSystem, dir string, p *Patch) (*Plan, error) {
	return newPlan(ctx, fsys, dir, p, true)
}

// newPlan lets files that are not text be deleted if readDeleted is false.
func newPlan(ctx context.Context, fsys FileSystem, dir string, p *Patch, readDeleted bool) (*Plan, error) {
	if len(p.Sections) == 0 {
		return nil, &ApplyError{Code: CodeNoSections}
	}
	b := &planner{directory: newDirectory(fsys, dir), readDeleted: readDeleted}
	for _, section := range p.Sections {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("check patch: %w", context.Cause(ctx))
		}
		var err error
		switch s := section.(type) {
		case *AddFile:
			err = b.add(s)
		case *DeleteFile:
			err = b.delete(s)
		case *UpdateFile:
			err = b.update(s)
		}
		if err != nil {
			return nil, err
		}
	}
	return &Plan{patch: p, order: b.order, files: b.files()}, nil
}

// Patch returns what was planned.
func (p *Plan) Patch() *Patch { return p.patch }

// Files returns what happens to each file, in the order in which the patch
// first mentions them. A file that is created and deleted again is not among
// them. The slice belongs to the plan.
func (p *Plan) Files() []File { return p.files }

// Changes returns the same as the wire shows it to clients, keyed by Path. An
// update is shown as hunks with one line of context.
//
// spec: exec-and-tools, changes map
func (p *Plan) Changes() protocol.FileChanges {
	changes := make(protocol.FileChanges, len(p.files))
	for _, f := range p.files {
		switch f.Kind {
		case Added:
			changes[f.Path] = &protocol.AddFileChange{Content: f.New}
		case Deleted:
			changes[f.Path] = &protocol.DeleteFileChange{Content: f.Old}
		case Updated:
			change := &protocol.UpdateFileChange{UnifiedDiff: linediff.Unified(f.Old, f.New, 1)}
			if f.MovePath != "" {
				change.MovePath = &f.MovePath
			}
			changes[f.Path] = change
		}
	}
	return changes
}

// Overwrites returns the paths of existing files that an add or a move would
// replace, in patch order. Usually there are none.
func (p *Plan) Overwrites() []string {
	var paths []string
	for _, f := range p.files {
		switch {
		case !f.Overwrites:
		case f.MovePath != "":
			paths = append(paths, f.MovePath)
		default:
			paths = append(paths, f.Path)
		}
	}
	return paths
}

// Summary is what the executable form prints when the patch was applied: a
// header line and one line for each section, adds before updates before
// deletes.
//
// spec: exec-and-tools, applying sections
func (p *Plan) Summary() string {
	var added, updated, deleted strings.Builder
	for _, section := range p.patch.Sections {
		switch s := section.(type) {
		case *AddFile:
			fmt.Fprintf(&added, "A %s\n", s.Path)
		case *DeleteFile:
			fmt.Fprintf(&deleted, "D %s\n", s.Path)
		case *UpdateFile:
			path := s.Path
			if s.MoveTo != "" {
				path = s.MoveTo
			}
			fmt.Fprintf(&updated, "M %s\n", path)
		}
	}
	return "Success. Updated the following files:\n" + added.String() + updated.String() + deleted.String()
}

// planner evaluates sections.
type planner struct {
	*directory
	readDeleted bool
}

func (b *planner) add(s *AddFile) error {
	e, err := b.destination(s.Path)
	if err != nil {
		return err
	}
	e.clobbers = e.clobbers || e.exists && !e.touched
	e.write(s.Content, nil)
	e.added = true
	b.claim(e)
	return nil
}

// destination returns the entry that writing to a path changes.
func (b *planner) destination(path string) (*entry, error) {
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
	to, err := b.destination(s.MoveTo)
	if err != nil {
		return err
	}
	if to == e {
		// Onto itself, by whatever name: an update in place.
		e.write(content, e.lineage)
		return nil
	}
	if to == file {
		// A link is moved onto the file that it leads to.
		file.write(content, file.lineage)
		b.take(e)
		e.source = true
		return nil
	}
	// What was at the source is shown as the old content, also if a section
	// before this one replaced it.
	if b.readDeleted || e != file {
		if err := b.readThrough(e); err != nil {
			return &ApplyError{Code: CodeRead, Path: s.Path, Err: err}
		}
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

// files sums up what the sections did to each entry.
func (b *planner) files() []File {
	// Files that are gone because they were moved, by where they were.
	moved := map[*entry]*entry{}
	for _, e := range b.order {
		if from := e.lineage; e.written && from != nil && from != e && !from.exists {
			moved[from] = e
		}
	}
	var files []File
	for _, e := range b.order {
		if !e.touched {
			continue
		}
		from := e.lineage
		switch to := moved[e]; {
		case to != nil:
			f := File{
				Kind: Updated, Path: e.path, Target: e.key,
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
			files = append(files, File{Kind: Deleted, Path: e.path, Target: e.key, Old: e.text})
		default:
			f := File{Kind: Updated, Path: e.path, Target: e.key, Old: e.text, New: e.content, Overwrites: e.clobbers}
			if e.orig == nil || e.added && !e.deleted || !e.loaded {
				f.Kind, f.Old = Added, ""
			}
			if e.like != nil {
				f.Mode = e.like.Mode()
			}
			files = append(files, f)
		}
	}
	return files
}
