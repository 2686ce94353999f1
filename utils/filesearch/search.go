package filesearch

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

const (
	// DefaultLimit is how many matches of a root are returned unless [Options]
	// says otherwise.
	DefaultLimit = 50
	// maxWorkers is how many directories are read at a time unless [Options] says
	// otherwise, on a machine that has so many processors.
	maxWorkers = 12

	separator = filepath.Separator
)

// Options are the settings of a search. The zero value of each field is useful.
type Options struct {
	// Dir is the absolute path that relative roots start from. Empty means the
	// directory of the process.
	Dir string
	// Limit is how many matches of each root are returned, the best ones. 0 means
	// [DefaultLimit].
	Limit int
	// Workers is how many directories are read at a time. 0 means as many as there
	// are processors, at most 12.
	Workers int
	// Excludes is the text of the user's own ignore file, which has the lowest
	// rank. See [UserExcludes].
	Excludes []byte
}

// Match is a file that was found. Everything that is no directory counts as a
// file, symbolic links too.
type Match struct {
	Root string // as it was given
	Path string // relative to the root, with the separators of the system
	// Score is how well the path matches: the higher the better.
	Score uint32
	// Indices are the positions in Path that match, ascending, counted in
	// characters as users see them: an accented letter is one, and so is an emoji
	// of several code points.
	Indices []uint32
}

// Search returns the files below the roots whose paths match a query, best first
// and then in the order of their paths. A root that does not exist or is no
// directory has none. A root that is given twice counts once, and what lies below
// several roots is found in the innermost. A query of white space finds nothing
// and does not touch the disk. What cannot be read is passed over.
//
// When ctx ends, Search stops, waits for its goroutines, and returns the cause.
// opts may be nil. (spec: app-server, fuzzyFileSearch)
func Search(ctx context.Context, query string, roots []string, opts *Options) ([]Match, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Limit <= 0 {
		o.Limit = DefaultLimit
	}
	if o.Workers <= 0 {
		o.Workers = min(runtime.GOMAXPROCS(0), maxWorkers)
	}
	p := compile(query)
	if len(p.atoms) == 0 || len(roots) == 0 {
		return nil, context.Cause(ctx)
	}
	s := &search{pattern: &p, limit: o.Limit, user: compileRules(o.Excludes)}
	defer s.close()
	if err := s.open(roots, o.Dir); err != nil {
		return nil, err
	}
	if err := s.walk(ctx, o.Workers); err != nil {
		return nil, err
	}
	return s.matches(), nil
}

// search is one search.
type search struct {
	pattern *pattern
	limit   int
	user    *ruleSet
	roots   []*root
	found   []best // of each root, when the walk has ended
}

// root is a directory that a search begins at.
type root struct {
	index int
	name  string // as it was given
	abs   string // absolute path with slashes, ending in one
	info  os.FileInfo
	dir   *directory
	above *level
	inner map[string]bool // relative paths of other roots below
}

// open opens the roots.
func (s *search) open(names []string, dir string) error {
	for _, name := range names {
		if name == "" {
			continue
		}
		path := name
		if !filepath.IsAbs(path) {
			if dir == "" {
				var err error
				if dir, err = os.Getwd(); err != nil {
					return err
				}
			}
			path = filepath.Join(dir, path)
		}
		path = filepath.Clean(path)
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() || s.known(info) {
			continue
		}
		d, err := openRoot(path)
		if err != nil {
			continue
		}
		abs := strings.TrimSuffix(filepath.ToSlash(path), "/") + "/"
		s.roots = append(s.roots, &root{index: len(s.roots), name: name, abs: abs, info: info, dir: d, above: s.rulesAbove(abs)})
	}
	for _, outer := range s.roots {
		for _, inner := range s.roots {
			if rel, below := strings.CutPrefix(inner.abs, outer.abs); below && inner != outer {
				if outer.inner == nil {
					outer.inner = make(map[string]bool)
				}
				outer.inner[filepath.FromSlash(strings.TrimSuffix(rel, "/"))] = true
			}
		}
	}
	return nil
}

// known reports whether a directory is a root already.
func (s *search) known(info os.FileInfo) bool {
	return slices.ContainsFunc(s.roots, func(r *root) bool { return os.SameFile(r.info, info) })
}

func (s *search) close() {
	for _, r := range s.roots {
		r.dir.close()
	}
}

// matches returns what was found, in order.
func (s *search) matches() []Match {
	var all []Match
	var c candidate
	for i, r := range s.roots {
		for _, f := range s.found[i].found {
			m := Match{Root: r.name, Path: string(f.path), Indices: make([]uint32, 0, 8)}
			c.enter("")
			c.name(f.path)
			m.Score, _ = c.score(s.pattern, &m.Indices)
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(a, b Match) int {
		if a.Score != b.Score {
			return int(int64(b.Score) - int64(a.Score))
		}
		return strings.Compare(a.Path, b.Path)
	})
	return all
}
