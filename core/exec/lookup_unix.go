//go:build unix

package exec

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/codex-go/codex/core/shellenv"
	"golang.org/x/sys/unix"
)

// defaultPath is searched for programs when the environment has no PATH.
const defaultPath = "/usr/local/bin:/bin:/usr/bin"

// lookPath finds the file of a program for a child in the folder dir, which is
// absolute, with the environment env. The errors are ErrNotFound and
// ErrNotExecutable, with details.
//
// As for execvp, an empty element of PATH is the child's folder, and a file that
// cannot be executed hides no later one.
//
// spec: exec-and-tools, process spawning
func lookPath(program, dir string, env []string) (string, error) {
	if program == "" {
		return "", ErrNotFound
	}
	if strings.Contains(program, "/") {
		path := program
		if !filepath.IsAbs(path) {
			path = dir + "/" + path // not cleaned: a/../b may cross a symbolic link
		}
		if err := executable(path); err != nil {
			return "", lookupError(err)
		}
		return path, nil
	}
	list, ok := shellenv.Lookup(env, "PATH")
	if !ok {
		list = defaultPath
	}
	result := error(ErrNotFound)
	for element := range strings.SplitSeq(list, ":") {
		switch {
		case element == "":
			element = dir
		case !filepath.IsAbs(element):
			element = dir + "/" + element
		}
		path := strings.TrimSuffix(element, "/") + "/" + program
		err := executable(path)
		if err == nil {
			return path, nil
		}
		if err := lookupError(err); errors.Is(err, ErrNotExecutable) {
			result = err
		}
	}
	return "", result
}

// executable returns nil if path is a file that this process may execute.
func executable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return &os.PathError{Op: "exec", Path: path, Err: syscall.EISDIR}
	case info.Mode().Perm()&0o111 == 0:
		return &os.PathError{Op: "exec", Path: path, Err: syscall.EACCES}
	}
	if err := unix.Faccessat(unix.AT_FDCWD, path, unix.X_OK, unix.AT_EACCESS); errors.Is(err, syscall.EACCES) {
		return &os.PathError{Op: "exec", Path: path, Err: err}
	}
	return nil // other errors say nothing; executing will
}

// enterable returns nil if dir is a directory that a process of this one's may have
// for its working directory, as far as the system tells.
func enterable(dir string) error {
	if err := unix.Faccessat(unix.AT_FDCWD, dir, unix.X_OK, unix.AT_EACCESS); errors.Is(err, syscall.EACCES) {
		return err
	}
	return nil
}

func lookupError(err error) error {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return &causedError{ErrNotFound, err}
	}
	return &causedError{ErrNotExecutable, err}
}

func isTextBusy(err error) bool { return errors.Is(err, syscall.ETXTBSY) }

func isNoExec(err error) bool { return errors.Is(err, syscall.ENOEXEC) }

// isScript reports whether a file that the kernel cannot execute may be a
// script without a first line that names its interpreter.
func isScript(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var buf [256]byte
	n, _ := f.Read(buf[:])
	line, _, _ := bytes.Cut(buf[:n], []byte{'\n'})
	return bytes.IndexByte(line, 0) < 0
}

// scriptInterpreter returns what execvp runs for such a script.
func scriptInterpreter(img *image) (path string, argv []string) {
	return "/bin/sh", append([]string{"/bin/sh", img.path}, img.argv[1:]...)
}
