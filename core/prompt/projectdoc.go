package prompt

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/codex-go/codex/core/internal/lossy"
)

// docName is the file that tells agents about a project.
const docName = "AGENTS.md"

// docSeparator stands between the home's instructions and the project's.
const docSeparator = "\n\n--- project-doc ---\n\n"

// DocOptions say where a project's instructions are looked for.
type DocOptions struct {
	Cwd string
	// MaxBytes is read from all files together; 0 reads none.
	MaxBytes int
	// Fallbacks are the names tried, in order, where AGENTS.md is missing.
	Fallbacks []string
}

// UserInstructions joins the home's instructions with those of the project
// around the working directory. It returns "" when there are none, and, beside
// what could be used, an error that says which project file could not be read.
// (spec: agent-loop, user instructions)
func UserInstructions(home string, o DocOptions) (string, error) {
	project, err := ProjectDocs(o)
	switch {
	case home == "":
		return project, err
	case project == "":
		return home, err
	}
	return home + docSeparator + project, err
}

// ProjectDocs reads the instructions of the project: one file of each directory
// from the root of the repository down to the working directory, or of the
// working directory alone outside a repository.
func ProjectDocs(o DocOptions) (string, error) {
	if o.MaxBytes <= 0 {
		return "", nil
	}
	var docs []string
	budget := int64(o.MaxBytes)
	for _, dir := range docDirs(o.Cwd) {
		path := findDoc(dir, o.Fallbacks)
		if path == "" || budget <= 0 {
			continue
		}
		text, err := readHead(path, budget)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a dangling link
		}
		if err != nil {
			return "", fmt.Errorf("read project instructions: %w", err)
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		budget -= int64(len(text))
		docs = append(docs, lossy.Text([]byte(text)))
	}
	return strings.Join(docs, "\n\n"), nil
}

// ProjectRoot returns the root of the repository around a directory, or the
// directory itself outside of one, with symbolic links resolved.
func ProjectRoot(cwd string) string { return docDirs(cwd)[0] }

// docDirs returns the directories to look in, outermost first.
func docDirs(cwd string) []string {
	if real, err := filepath.EvalSymlinks(cwd); err == nil {
		cwd = real
	}
	var dirs []string
	for dir := cwd; ; dir = filepath.Dir(dir) {
		if dir == filepath.Dir(dir) {
			return []string{cwd} // the root of the file system is not asked
		}
		dirs = append(dirs, dir)
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			slices.Reverse(dirs)
			return dirs
		}
	}
}

// findDoc returns the first of the names that is a file or a link, or "". A
// fallback may lie in a folder of dir, and nowhere else.
func findDoc(dir string, fallbacks []string) string {
	for _, name := range append([]string{docName}, fallbacks...) {
		if !filepath.IsLocal(name) {
			continue
		}
		path := filepath.Join(dir, name)
		if info, err := os.Lstat(path); err == nil && (info.Mode().IsRegular() || info.Mode()&fs.ModeSymlink != 0) {
			return path
		}
	}
	return ""
}

// readHead reads at most limit bytes of a regular file.
func readHead(path string, limit int64) (string, error) {
	info, err := os.Stat(path) // before opening: a link may lead to a pipe
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist}
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit))
	return string(text), err
}
