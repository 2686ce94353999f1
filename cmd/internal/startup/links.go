package startup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// linkNames are the names under which commands may call the program to apply a
// patch.
var linkNames = []string{"apply_patch", "applypatch"}

// LinkDir returns a folder that holds links to executable named apply_patch and
// applypatch, for the front of the PATH of commands. The folder lies in home,
// belongs to the user alone and stays: nothing is left behind when the process
// dies. Links that lead elsewhere are replaced.
func LinkDir(home, executable string) (string, error) {
	dir := filepath.Join(home, "tmp", "path")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the folder for apply_patch: %w", err)
	}
	for _, name := range linkNames {
		if err := link(dir, name, executable); err != nil {
			return "", fmt.Errorf("link apply_patch: %w", err)
		}
	}
	return dir, nil
}

// link makes dir/name lead to executable. Several processes may do so at once.
func link(dir, name, executable string) error {
	if runtime.GOOS == "windows" {
		script := "@echo off\r\n\"" + executable + "\" --codex-run-as-apply-patch %*\r\n"
		return replace(filepath.Join(dir, name+".bat"), func(temp string) error {
			return os.WriteFile(temp, []byte(script), 0o700)
		})
	}
	path := filepath.Join(dir, name)
	if target, err := os.Readlink(path); err == nil && target == executable {
		return nil
	}
	return replace(path, func(temp string) error { return os.Symlink(executable, temp) })
}

// replace puts what create makes in the place of path, in one step.
func replace(path string, create func(temp string) error) error {
	temp := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := create(temp); err != nil {
		return err
	}
	return os.Rename(temp, path)
}
