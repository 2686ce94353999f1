package turndiff

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/codex-go/codex/protocol"
)

// Bounds of the memory of a tracker.
const (
	// MaxFileBytes is the size up to which the content of a file is compared.
	MaxFileBytes = 4 << 20
	// MaxBaselineBytes is how much content of files as they were is kept.
	MaxBaselineBytes = 64 << 20
	// MaxDiffBytes is the length of a diff from which on further files appear
	// without hunks. The file that crosses it is still shown in full.
	MaxDiffBytes = 16 << 20
)

// maxLinks is how many symbolic links are followed on the way to one file.
const maxLinks = 40

// Tracker accumulates what patches change during one task. Make one with [New].
//
// spec: agent-loop, turn diff
type Tracker struct {
	mu sync.Mutex

	// How each file was when it was first touched, by normalised path.
	baselines map[string]snapshot
	kept      int64 // bytes of content in baselines

	// Where a file comes from that was moved, by where it is: the path that
	// it had when it was first touched.
	origins map[string]string

	// What follows the header lines of each file in the diff that was computed
	// last, by those lines. They hold the ids of both sides, so that equal ones
	// mean equal contents.
	hunks map[string]string

	last [sha256.Size]byte // hash of the text that was handed out last
}

// New returns a tracker that knows no file yet.
func New() *Tracker {
	return &Tracker{
		baselines: map[string]snapshot{},
		origins:   map[string]string{},
		hunks:     map[string]string{},
		last:      sha256.Sum256(nil),
	}
}

// Begin remembers the files that a patch is about to change, as they are now,
// unless they are known already. It has to be called before the patch is
// applied. Paths that cannot be read are named in the error and are left out
// of the diff; all others are tracked.
func (t *Tracker) Begin(ctx context.Context, changes protocol.FileChanges) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var errs []error
	moves := map[string]string{}
	for _, written := range slices.Sorted(maps.Keys(changes)) {
		if ctx.Err() != nil {
			return fmt.Errorf("remember files before a patch: %w", context.Cause(ctx))
		}
		path := clean(written)
		errs = append(errs, t.remember(path))
		switch change := changes[written].(type) {
		case *protocol.AddFileChange:
			delete(t.origins, path)
			errs = append(errs, t.rememberTarget(path))
		case *protocol.UpdateFileChange:
			if change.MovePath == nil {
				errs = append(errs, t.rememberTarget(path))
				continue
			}
			to := clean(*change.MovePath)
			errs = append(errs, t.remember(to), t.rememberTarget(to))
			moves[path] = to
		}
	}
	t.move(moves)
	return errors.Join(errs...)
}

// move notes the moves of one patch, which happen at once.
func (t *Tracker) move(moves map[string]string) {
	origins := make(map[string]string, len(moves))
	for from, to := range moves {
		origin, moved := t.origins[from]
		if !moved {
			origin = from
		}
		origins[to] = origin
	}
	for from := range moves {
		delete(t.origins, from)
	}
	maps.Copy(t.origins, origins)
}

func (t *Tracker) remember(path string) error {
	if _, known := t.baselines[path]; known {
		return nil
	}
	s, err := take(path, min(MaxFileBytes, MaxBaselineBytes-t.kept))
	if err != nil {
		return fmt.Errorf("remember a file before a patch: %w", err)
	}
	t.kept += int64(len(s.text))
	t.baselines[path] = s
	return nil
}

// rememberTarget remembers the file that is really written when path is a
// link: a patch changes the file that it leads to, not the link.
func (t *Tracker) rememberTarget(path string) error {
	for range maxLinks {
		info, err := os.Lstat(path)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			// The end of the link, which need not exist. Whatever else is wrong
			// with a path, remember says.
			return nil
		}
		target, err := os.Readlink(path)
		if err != nil {
			return fmt.Errorf("remember a file before a patch: %w", err)
		}
		if !filepath.IsAbs(target) {
			target = filepath.Dir(path) + string(filepath.Separator) + target
		}
		path = clean(target)
		if err := t.remember(path); err != nil {
			return err
		}
	}
	return nil // a loop, which no patch gets through
}

// Diff compares the files with what they were and returns the net change of
// the task. changed says that the text is not the one that was handed out last;
// it is true with an empty text when the changes have cancelled out, and false
// as long as there never were any.
//
// An error does not make the text useless: it names files that could not be
// read and that are left out. Only when ctx ended there is no text.
func (t *Tracker) Diff(ctx context.Context) (text string, changed bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	text, err = t.compute(ctx)
	if ctx.Err() != nil {
		return "", false, fmt.Errorf("compute the diff of the turn: %w", context.Cause(ctx))
	}
	sum := sha256.Sum256([]byte(text))
	changed = sum != t.last
	t.last = sum
	return text, changed, err
}

// compute returns the whole diff.
func (t *Tracker) compute(ctx context.Context) (string, error) {
	pairs, errs := t.pairs()
	var out strings.Builder
	kept := make(map[string]string, len(pairs))
	for _, p := range pairs {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		left := t.baselines[p.from]
		right, err := take(p.to, MaxFileBytes)
		if err != nil {
			errs = append(errs, fmt.Errorf("compare a file: %w", err))
			continue
		}
		if out.Len() > MaxDiffBytes {
			left.opaque, right.opaque = true, true
		}
		header := p.header(&left, &right)
		if header == "" {
			continue
		}
		// What is not shown may be shown next time, under the same header.
		opaque := left.opaque || right.opaque
		body, known := t.hunks[header]
		if !known || opaque {
			body = p.body(&left, &right)
		}
		if !opaque {
			kept[header] = body
		}
		out.WriteString(header)
		out.WriteString(body)
	}
	t.hunks = kept
	return out.String(), errors.Join(errs...)
}

// pairs returns what to compare with what, ordered by how the right sides are
// displayed.
func (t *Tracker) pairs() ([]pair, []error) {
	var errs []error
	kinds := make(map[string]fileKind, len(t.baselines))
	paths := slices.Sorted(maps.Keys(t.baselines))
	for _, path := range paths {
		kind, err := kindOf(path)
		if err != nil {
			errs = append(errs, fmt.Errorf("compare a file: %w", err))
			continue
		}
		kinds[path] = kind
	}

	// A moved file is one pair if nothing is left where it was, there was
	// nothing where it is, and both places are in one repository. Otherwise
	// they are compared by themselves.
	roots := repositories{}
	from := map[string]string{}
	gone := map[string]bool{}
	for _, path := range paths {
		origin, moved := t.origins[path]
		kind, readable := kinds[path]
		if !moved || !readable || kind == nothing || t.baselines[path].exists {
			continue
		}
		was := t.baselines[origin]
		if left, ok := kinds[origin]; ok && left == nothing && was.kind() == kind && roots.same(origin, path) {
			from[path] = origin
			gone[origin] = true
		}
	}

	var pairs []pair
	for _, path := range paths {
		if _, readable := kinds[path]; !readable || gone[path] {
			continue
		}
		p := pair{from: path, to: path}
		if origin, ok := from[path]; ok {
			p.from = origin
		}
		p.left, p.right = roots.display(p.from), roots.display(p.to)
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.right, b.right), cmp.Compare(a.to, b.to))
	})
	return pairs, errs
}

// clean normalises a path. A .. behind a link means the parent of what the
// link leads to.
func clean(path string) string {
	if strings.Contains(path, "..") {
		folder, name := filepath.Split(path)
		if real, err := filepath.EvalSymlinks(folder); err == nil {
			return filepath.Join(real, name)
		}
	}
	return filepath.Clean(path)
}
