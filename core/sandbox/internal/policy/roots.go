package policy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Root is a directory, or a file, that commands may write.
type Root struct {
	// Path is the root as the policy names it, absolute and clean.
	Path string
	// ReadOnly lists paths below the root, or below what it leads to, that may
	// not be written nor replaced. They are absolute and clean.
	ReadOnly []string
}

// Roots returns where commands may write under p, in order: the writable roots
// of the policy, cwd, /tmp and tempDir, without repetitions. cwd is the
// directory of the policy; tempDir is what $TMPDIR says, "" for none. Each of
// the paths protect that lies below a root is read-only there.
//
// A root is left out if it leads through a link that lies in another root and
// out of that: a command may have put the link there, and would have chosen
// what the next one may write.
//
// The list is empty for policies other than [WorkspaceWrite]. It looks at the
// file system for /tmp and for what belongs to a repository in each root, as it
// is now. (spec: exec-and-tools, sandbox policies)
func Roots(p *Policy, cwd, tempDir string, protect []string) []Root {
	if p.Mode != WorkspaceWrite {
		return nil
	}
	cwd = absolute(cwd, "")
	paths := make([]string, 0, len(p.WritableRoots)+3)
	for _, root := range p.WritableRoots {
		if root != "" {
			paths = append(paths, absolute(root, cwd))
		}
	}
	paths = append(paths, cwd)
	if info, err := os.Stat("/tmp"); !p.ExcludeSlashTmp && filepath.Separator == '/' && err == nil && info.IsDir() {
		paths = append(paths, "/tmp")
	}
	if !p.ExcludeTmpdirEnvVar && tempDir != "" {
		paths = append(paths, absolute(tempDir, cwd))
	}

	paths = slices.DeleteFunc(paths, func(path string) bool { return redirected(path, paths) })

	// A repository of one root may keep its files in another.
	var fixed []string
	for _, path := range protect {
		if path != "" {
			fixed = append(fixed, alternatives(absolute(path, cwd))...)
		}
	}
	for _, root := range paths {
		fixed = append(fixed, repositoryFiles(root)...)
	}
	slices.Sort(fixed)
	fixed = slices.Compact(fixed)

	var roots []Root
	for _, path := range paths {
		if slices.ContainsFunc(roots, func(r Root) bool { return r.Path == path }) {
			continue
		}
		root := Root{Path: path}
		real := Resolve(path)
		for _, f := range fixed {
			if Below(f, path) || Below(f, real) {
				root.ReadOnly = append(root.ReadOnly, f)
			}
		}
		roots = append(roots, root)
	}
	return roots
}

// absolute makes path absolute and clean; relative ones start from dir, or
// from the working directory of the process where dir is "".
func absolute(path, dir string) string {
	if !filepath.IsAbs(path) && dir != "" {
		return filepath.Join(dir, path)
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return filepath.Clean(path)
}

// alternatives returns path and, if it differs, what it leads to.
func alternatives(path string) []string {
	if real := Resolve(path); real != path {
		return []string{path, real}
	}
	return []string{path}
}

// Below reports whether path is dir or lies under it. Both must be clean; no
// link is followed.
func Below(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// Resolve returns path, which must be absolute, with the symbolic links of what
// exists resolved, and clean.
func Resolve(path string) string {
	path = filepath.Clean(path)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	// A link that leads to nothing yet leads somewhere all the same.
	for range maxLinks {
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = filepath.Clean(target)
	}
	dir := filepath.Dir(path)
	if dir == path {
		return path
	}
	return filepath.Join(Resolve(dir), filepath.Base(path))
}

// Writable reports whether commands may write path, which must be absolute: it
// lies in a root and in nothing that any root keeps read-only. It does so both
// as the path is named and as what it leads to, since a write follows a link
// and a removal does not.
func Writable(roots []Root, path string) bool {
	path = filepath.Clean(path)
	named := path
	if dir := filepath.Dir(path); dir != path {
		named = filepath.Join(Resolve(dir), filepath.Base(path))
	}
	real := Resolve(path)
	return writable(roots, named) && (named == real || writable(roots, real))
}

// writable is [Writable] for a path without links above its last element.
func writable(roots []Root, path string) bool {
	inside := false
	for _, root := range roots {
		if Below(path, Resolve(root.Path)) || Below(path, root.Path) {
			inside = true
		}
		for _, fixed := range root.ReadOnly {
			if Below(path, fixed) || sameAncestor(path, fixed) {
				return false
			}
		}
	}
	return inside
}

// sameAncestor reports whether path, or a directory above it, is the file
// fixed under another name, as where case makes no difference.
func sameAncestor(path, fixed string) bool {
	want, err := os.Stat(fixed)
	if err != nil {
		return false
	}
	for {
		info, err := os.Lstat(path)
		if err == nil && os.SameFile(info, want) {
			return true
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false
		}
		dir := filepath.Dir(path)
		if dir == path {
			return false
		}
		path = dir
	}
}
