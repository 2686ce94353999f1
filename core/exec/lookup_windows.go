package exec

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/codex-go/codex/core/shellenv"
)

// defaultExtensions is used when the environment has no PATHEXT.
const defaultExtensions = ".COM;.EXE;.BAT;.CMD"

// lookPath finds the file of a program for a child in the folder dir, which is
// absolute, with the environment env. Extensions come from PATHEXT. The error is
// ErrNotFound. Other than the system's own search it leaves out dir, so that a
// program in the working folder does not hide one of the system.
func lookPath(program, dir string, env []string) (string, error) {
	if program == "" {
		return "", ErrNotFound
	}
	extensions, ok := shellenv.Lookup(env, "PATHEXT")
	if !ok {
		extensions = defaultExtensions
	}
	if strings.ContainsAny(program, `:\/`) {
		if !filepath.IsAbs(program) {
			program = filepath.Join(dir, program)
		}
		return withExtension(program, extensions)
	}
	list, _ := shellenv.Lookup(env, "PATH")
	for _, element := range filepath.SplitList(list) {
		if element == "" {
			continue
		}
		if !filepath.IsAbs(element) {
			element = filepath.Join(dir, element)
		}
		if path, err := withExtension(filepath.Join(element, program), extensions); err == nil {
			return path, nil
		}
	}
	return "", ErrNotFound
}

func withExtension(path, extensions string) (string, error) {
	isFile := func(p string) bool {
		info, err := os.Stat(p)
		return err == nil && !info.IsDir()
	}
	if filepath.Ext(path) != "" && isFile(path) {
		return path, nil
	}
	for extension := range strings.SplitSeq(extensions, ";") {
		if extension != "" && isFile(path+extension) {
			return path + extension, nil
		}
	}
	return "", ErrNotFound
}

// enterable returns nil: starting the process will tell.
func enterable(string) error { return nil }

func isTextBusy(error) bool { return false }

func isNoExec(err error) bool {
	const badExeFormat = syscall.Errno(193)
	return errors.Is(err, badExeFormat)
}

// isScript is false: Windows runs no scripts by themselves.
func isScript(string) bool { return false }

// scriptInterpreter is not called on Windows.
func scriptInterpreter(img *image) (path string, argv []string) { return img.path, img.argv }
