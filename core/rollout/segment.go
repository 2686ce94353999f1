package rollout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/codex-go/codex/mcptypes/wire"
)

// maxSegments bounds how many files a conversation may go back through.
const maxSegments = 64

// segment is a file with a part of a conversation, or the beginning of one.
type segment struct {
	path   string
	before *uint64 // number of the first line that is no part of it; nil: all are
	end    int64   // where the first line begins that is no part of it; 0: all are
}

// segments returns the files that the conversation recorded at path consists
// of, the oldest first: one, unless a newer release forked it. With an error
// that wraps [ErrNoBeginning] it returns those that there are.
func (s *FileStore) segments(ctx context.Context, path string) (parts []segment, err error) {
	parts = []segment{{path: path}}
	defer func() { slices.Reverse(parts) }()
	meta, err := readMeta(ctx, path)
	if err != nil {
		return nil, err
	}
	for meta.base != nil {
		origin, before := meta.base.id, meta.base.before
		at, err := s.Find(ctx, origin)
		if err == nil && (len(parts) == maxSegments || slices.ContainsFunc(parts, func(p segment) bool { return p.path == at.Path })) {
			err = errors.New("it goes back there again and again")
		}
		if err == nil {
			meta, err = readMeta(ctx, at.Path)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return parts, fmt.Errorf("%w: it is that of %s: %w", ErrNoBeginning, origin, err)
		}
		parts = append(parts, segment{path: at.Path, before: before})
	}
	return parts, nil
}

// eachLine calls visit for every line of the segment, until one returns false.
func (p segment) eachLine(ctx context.Context, skim func([]byte) bool, report *Report, visit func(line) (bool, error)) error {
	f, _, err := openRegular(p.path)
	if err != nil {
		return err
	}
	defer f.Close()
	return eachLine(ctx, f, 0, skim, report, p.until(visit))
}

// until returns visit for the lines of the segment only.
func (p segment) until(visit func(line) (bool, error)) func(line) (bool, error) {
	if p.before == nil && p.end == 0 {
		return visit
	}
	return func(l line) (bool, error) {
		if p.end > 0 && l.offset >= p.end {
			return false, nil
		}
		if p.before == nil {
			return visit(l)
		}
		if raw, ok := wire.Peek(l.data, "ordinal"); ok {
			if n, err := strconv.ParseUint(string(raw), 10, 63); err == nil && n >= *p.before {
				return false, nil
			}
		}
		return visit(l)
	}
}

// add counts what another report tells as well.
func (r *Report) add(o *Report) {
	r.Lines += o.Lines
	r.Invalid += o.Invalid
	r.TooLong += o.TooLong
	if o.First != nil {
		r.First = o.First
	}
}
