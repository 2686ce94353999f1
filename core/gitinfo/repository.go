package gitinfo

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/codex-go/codex/protocol"
)

// maxSmallFile bounds files of git that are a line or a page long.
const maxSmallFile = 1 << 20

// Root returns the directory that holds the repository which path lies in: the
// first one, going up, with an entry named .git. It starts no program. ok is
// false outside a repository. (spec: events-and-rollouts, git info)
func Root(path string) (root string, ok bool) {
	dir, err := filepath.Abs(path)
	if err != nil {
		return "", false
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

// repository is a repository that git would read as it is read here.
type repository struct {
	gitDir    string // of this worktree
	commonDir string // what all worktrees share
	hasOrigin bool   // there is a remote "origin"
}

// open finds the repository that cwd lies in. certain is false when only git
// can tell: files of an unusual form, settings that include others, or a
// repository of another user, which git does not trust.
func open(cwd string) (repo *repository, certain bool) {
	root, ok := Root(cwd)
	if insideBare(cwd, root) {
		return nil, false
	}
	if !ok {
		return nil, true
	}
	entry := filepath.Join(root, ".git")
	info, err := os.Stat(entry)
	if err != nil || !ours(root) || !ours(entry) {
		return nil, false
	}
	repo = &repository{gitDir: entry}
	if !info.IsDir() {
		target, ok := readSmall(entry)
		target, found := strings.CutPrefix(target, "gitdir: ")
		if !ok || !found {
			return nil, false
		}
		repo.gitDir = resolve(root, target)
	}
	repo.commonDir = repo.gitDir
	if common, ok := readSmall(filepath.Join(repo.gitDir, "commondir")); ok {
		repo.commonDir = resolve(repo.gitDir, common)
	}
	if !ours(repo.gitDir) || !ours(repo.commonDir) {
		return nil, false
	}
	for _, dir := range []string{"objects", "refs"} {
		if info, err := os.Stat(filepath.Join(repo.commonDir, dir)); err != nil || !info.IsDir() {
			return nil, false
		}
	}
	config, ok := readSmall(filepath.Join(repo.commonDir, "config"))
	if !ok {
		return nil, false
	}
	// A rough reading is enough: what it takes for unusual is left to git.
	lower := strings.ToLower(config)
	if strings.Contains(lower, "[include") || strings.Contains(lower, "[extensions") {
		return nil, false
	}
	repo.hasOrigin = strings.Contains(lower, "origin")
	return repo, true
}

// insideBare reports whether cwd may lie in a repository without a .git that
// is below root; "" stands for above everything.
func insideBare(cwd, root string) bool {
	dir, err := filepath.Abs(cwd)
	if err != nil {
		return true
	}
	for dir != root {
		if _, err := os.Stat(filepath.Join(dir, "HEAD")); err == nil {
			return true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	return false
}

// resolve returns the path that a file in dir names.
func resolve(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// readSmall returns the text of a small file, without space around it.
func readSmall(path string) (string, bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSmallFile {
		return "", false
	}
	text, err := os.ReadFile(path)
	return strings.TrimSpace(string(text)), err == nil
}

// facts returns what is checked out. ok is false when only git can tell.
func (r *repository) facts() (facts *protocol.GitInfo, ok bool) {
	head, ok := readSmall(filepath.Join(r.gitDir, "HEAD"))
	if !ok {
		return nil, false
	}
	if isHash(head) {
		return &protocol.GitInfo{CommitHash: head}, true
	}
	ref, found := strings.CutPrefix(head, "ref: ")
	branch, isBranch := strings.CutPrefix(ref, "refs/heads/")
	if !found || !isBranch || branch == ".invalid" || !filepath.IsLocal(filepath.FromSlash(ref)) {
		return nil, false
	}
	hash, ok := readSmall(filepath.Join(r.commonDir, filepath.FromSlash(ref)))
	if ok {
		return &protocol.GitInfo{CommitHash: hash, Branch: branch}, isHash(hash)
	}
	hash, err := r.packed(ref)
	switch {
	case err != nil:
		return nil, false
	case hash == "":
		return &protocol.GitInfo{}, true // no commit yet, so that git names no branch
	}
	return &protocol.GitInfo{CommitHash: hash, Branch: branch}, true
}

// packed returns the hash of a ref in the file that collects them, "" when it
// is not there.
func (r *repository) packed(ref string) (string, error) {
	f, err := os.Open(filepath.Join(r.commonDir, "packed-refs"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	for in := bufio.NewScanner(f); ; {
		if !in.Scan() {
			return "", in.Err()
		}
		hash, name, _ := bytes.Cut(in.Bytes(), []byte(" "))
		if string(name) == ref && isHash(string(hash)) {
			return string(hash), nil
		}
	}
}

// isHash reports whether s is the name of an object.
func isHash(s string) bool {
	if len(s) != 40 && len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
			return false
		}
	}
	return true
}
