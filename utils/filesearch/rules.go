package filesearch

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
)

// rulesIn reads the rules that a directory holds. What cannot be read is left
// out: a search finds too much rather than nothing.
func (s *search) rulesIn(d *directory, ignore, gitignore, git bool) (sets [sourceCount]*ruleSet) {
	read := func(name string) *ruleSet {
		text, err := d.readFile(name)
		if err != nil {
			return nil
		}
		return compileRules(text)
	}
	if ignore {
		sets[sourceIgnore] = read(".ignore")
	}
	if gitignore {
		sets[sourceGitignore] = read(".gitignore")
	}
	if git {
		sets[sourceExclude] = read(excludeFile(d))
		// Patterns with a slash refer to the repository.
		sets[sourceUser] = s.user
	}
	return sets
}

// excludeFile returns the path of the exclude file of the repository whose work
// tree the directory is the top of. A .git that is a file leads to the
// repository, which for a linked work tree leads to the one that they share.
func excludeFile(d *directory) string {
	const file = "info/exclude"
	pointer, err := d.readFile(".git")
	if err != nil { // a directory, as a rule
		return ".git/" + file
	}
	dir, ok := strings.CutPrefix(string(bytes.TrimSpace(pointer)), "gitdir: ")
	if !ok {
		return ".git/" + file
	}
	if common, err := d.readFile(filepath.Join(dir, "commondir")); err == nil {
		shared := string(bytes.TrimSpace(common))
		if !filepath.IsAbs(shared) {
			shared = filepath.Join(dir, shared)
		}
		dir = shared
	}
	return filepath.Join(dir, file)
}

// rulesAbove returns the rules of the directories above a root, whose absolute
// path has slashes. They count whether or not the root lies in a repository, and
// beyond its top. (spec: app-server, fuzzyFileSearch, traversal)
func (s *search) rulesAbove(root string) *level {
	var above *level
	for i := range len(root) - 1 {
		if root[i] != '/' {
			continue
		}
		base := i + 1
		path := filepath.FromSlash(root[:base])
		d, err := openRoot(path)
		if err != nil {
			continue
		}
		_, noGit := os.Lstat(filepath.Join(path, ".git"))
		above = newLevel(above, base, s.rulesIn(d, true, true, noGit == nil))
		d.close()
	}
	return above
}
