package patch

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

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
	// obstacle is why nothing of the plan can be written, nil if it can.
	obstacle *ApplyError
}

// NewPlan checks that a patch can be applied and computes the results, without
// writing anything. Sections are evaluated one after the other, each against
// what the ones before it leave behind. dir is the absolute folder that
// relative paths start from; it need not exist.
//
// The error is an [*ApplyError], or that of the context. All files whose
// content goes or changes must be readable text. What stands in the way of a
// file to write, such as a folder of its name, is no error here: the plan shows
// what the patch wants, and [Plan.Apply] fails before it writes anything.
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
	return &Plan{patch: p, order: b.order, files: b.files(), obstacle: b.obstacle}, nil
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
