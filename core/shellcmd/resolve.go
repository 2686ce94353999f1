package shellcmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// DefaultPath is the PATH that counts when [Lookup.Path] is empty.
const DefaultPath = "/usr/local/bin:/bin:/usr/bin"

// ErrProgramNotFound is wrapped by the error of [ResolveTrusted] when PATH has
// no such program. Running the command cannot start anything, then.
var ErrProgramNotFound = errors.New("program not found in PATH")

// ErrProgramNotTrusted is wrapped by the error of [ResolveTrusted] when the
// model could have put the program there, or might still choose which it is.
var ErrProgramNotTrusted = errors.New("program may be replaced")

// Lookup describes where a command will look for its programs.
type Lookup struct {
	// Path is the PATH of the command's environment; [DefaultPath] when empty.
	// A relative entry in front of a program makes it untrusted.
	Path string
	// Home is the home folder whose start-up files a login shell reads. Empty:
	// start-up files are not looked at.
	Home string
	// BashEnv is the value of BASH_ENV: the file that bash reads before a
	// script. Empty: none.
	BashEnv string
	// Writable reports whether a sandboxed command may write to an absolute
	// path. It must answer for paths that do not exist. Where a policy lets
	// everything be written, give it the roots that the workspace policy would
	// have, or nothing will be trusted. Nil: nothing is writable.
	Writable func(path string) bool
}

// Program is a name and the absolute path that PATH gives for it.
type Program struct{ Name, Path string }

// ResolveTrusted looks up the names of a trusted verdict and returns their
// absolute paths, in the same order. It fails when a program lies where the
// command's sandbox could write, directly or at any symbolic link on the way,
// so that an ls planted in front of the real one is not trusted; the same goes
// for the start-up files of a login shell. Errors wrap [ErrProgramNotFound] or
// [ErrProgramNotTrusted].
//
// A command that is run directly should be started by the returned path. A
// script looks its names up again when it runs.
func ResolveTrusted(v Verdict, l Lookup) ([]Program, error) {
	if !v.Trusted {
		return nil, fmt.Errorf("%w: the command is not trusted", ErrProgramNotTrusted)
	}
	if l.Path == "" {
		l.Path = DefaultPath
	}
	if err := l.startUp(v); err != nil {
		return nil, err
	}
	programs := make([]Program, 0, len(v.Programs))
	var missing error
	for _, name := range v.Programs {
		path, err := l.find(name)
		switch {
		case errors.Is(err, ErrProgramNotFound):
			missing = fmt.Errorf("resolve %s: %w", name, err)
		case err != nil:
			return nil, fmt.Errorf("resolve %s: %w", name, err)
		default:
			programs = append(programs, Program{Name: name, Path: path})
		}
	}
	if missing != nil {
		return nil, missing
	}
	return programs, nil
}

// startUpFiles are the files in the home folder that a shell may read before a
// script.
var startUpFiles = []string{
	".bash_profile", ".bash_login", ".profile", ".bashrc",
	".zshenv", ".zprofile", ".zshrc", ".zlogin",
}

// startUp fails when what a login shell reads before the script may be
// written. A file that is not there runs nothing, also where the model could
// make it: then it will be there.
func (l *Lookup) startUp(v Verdict) error {
	if !v.LoginShell {
		return nil
	}
	var files []string
	if l.Home != "" {
		for _, name := range startUpFiles {
			files = append(files, filepath.Join(l.Home, name))
		}
	}
	switch {
	case l.BashEnv == "":
	case !filepath.IsAbs(l.BashEnv) || strings.ContainsAny(l.BashEnv, "$`\\"):
		return fmt.Errorf("%w: BASH_ENV does not name a file", ErrProgramNotTrusted)
	default:
		files = append(files, l.BashEnv)
	}
	for _, file := range files {
		if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := l.fixed(file); err != nil {
			return fmt.Errorf("start-up file %s: %w", file, err)
		}
	}
	return nil
}

// find returns the first executable file called name in PATH.
func (l *Lookup) find(name string) (string, error) {
	if name == "" || filepath.Base(name) != name {
		return "", fmt.Errorf("%w: not a bare name", ErrProgramNotTrusted)
	}
	for _, dir := range filepath.SplitList(l.Path) {
		if !filepath.IsAbs(dir) {
			return "", fmt.Errorf("%w: PATH has a relative entry", ErrProgramNotTrusted)
		}
		// Of an absolute path LookPath only asks whether it can be executed.
		path, err := exec.LookPath(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		return path, l.fixed(path)
	}
	return "", ErrProgramNotFound
}

// maxLinks bounds the symbolic links followed for one path, as kernels do.
const maxLinks = 40

// fixed fails when path, the folder it really lies in, or any link on the way
// to its target is writable.
func (l *Lookup) fixed(path string) error {
	if l.Writable == nil {
		return nil
	}
	for range maxLinks {
		if l.Writable(path) {
			return fmt.Errorf("%w: it lies in a writable place", ErrProgramNotTrusted)
		}
		dir, err := filepath.EvalSymlinks(filepath.Dir(path))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrProgramNotTrusted, err)
		}
		if path = filepath.Join(dir, filepath.Base(path)); l.Writable(path) {
			return fmt.Errorf("%w: it lies in a writable place", ErrProgramNotTrusted)
		}
		target, err := os.Readlink(path)
		if err != nil {
			return nil // no link, or no such file
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(dir, target)
		}
		path = target
	}
	return fmt.Errorf("%w: too many symbolic links", ErrProgramNotTrusted)
}
