package rollout

import (
	"context"
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
// of, the oldest first: one, unless a newer release forked it.
func (s *FileStore) segments(ctx context.Context, path string) ([]segment, error) {
	parts := []segment{{path: path}}
	for {
		meta, err := readMeta(ctx, parts[len(parts)-1].path)
		if err != nil {
			return nil, err
		}
		if meta.base == nil {
			slices.Reverse(parts)
			return parts, nil
		}
		at, err := s.Find(ctx, meta.base.id)
		if err != nil {
			return nil, fmt.Errorf("the conversation begins in that of %s: %w", meta.base.id, err)
		}
		known := func(p segment) bool { return p.path == at.Path }
		if len(parts) == maxSegments || slices.ContainsFunc(parts, known) {
			return nil, fmt.Errorf("the conversation has no beginning: it goes back to %s again and again", meta.base.id)
		}
		parts = append(parts, segment{path: at.Path, before: meta.base.before})
	}
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
