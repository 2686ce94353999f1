package policy

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// maxPointer bounds the small files by which parts of a repository point at
// each other, in bytes.
const maxPointer = 16 << 10

// repositoryFiles returns what must not be changed in root so that git, run
// outside of the sandbox, does nothing that a command inside has chosen: the
// directory .git with its configuration and hooks. Where .git is a file, as in
// a linked work tree or a submodule, that is the file, the directory that it
// names and the one which that shares with others. A .git that does not exist
// is not among them, nor are repositories further down.
func repositoryFiles(root string) []string {
	git := filepath.Join(root, ".git")
	info, err := os.Stat(git)
	if err != nil {
		return nil
	}
	found := alternatives(git)
	if !info.Mode().IsRegular() {
		return found
	}
	dir, ok := pointer(git, "gitdir:")
	if !ok {
		return found
	}
	found = append(found, alternatives(dir)...)
	if common, ok := pointer(filepath.Join(dir, "commondir"), ""); ok {
		found = append(found, alternatives(common)...)
	}
	return found
}

// pointer returns the path that a file holds after a prefix. A relative one
// starts from the directory of the file.
func pointer(file, prefix string) (string, bool) {
	// A pipe in its place must not hold the caller up.
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", false
	}
	data, err := io.ReadAll(io.LimitReader(f, maxPointer))
	if err != nil {
		return "", false
	}
	text, ok := strings.CutPrefix(string(data), prefix)
	if !ok {
		return "", false
	}
	path := strings.TrimSpace(text)
	if path == "" || strings.ContainsRune(path, 0) {
		return "", false
	}
	return absolute(path, filepath.Dir(file)), true
}
