package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Files lists the files that belong to the repository in dir: those that git
// tracks and those that it does not ignore, as slash-separated paths relative
// to dir. Files that were deleted but not committed are left out.
func Files(ctx context.Context, dir string) ([]string, error) {
	out, err := Git(ctx, dir, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	var files []string
	for name := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, fmt.Errorf("list files: %w", err)
		case info.Mode().IsRegular():
			files = append(files, name)
		}
	}
	return files, nil
}

// Git runs git in dir and returns what it writes. An error holds git's own
// words.
func Git(ctx context.Context, dir string, args ...string) (string, error) {
	return Run(ctx, dir, nil, "git", args...)
}

// Run runs a program in dir, with env added to the environment, and returns
// what it writes to its standard output. An error holds what it wrote to its
// standard error.
func Run(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, bytes.TrimSpace(errs.Bytes()))
	}
	return out.String(), nil
}

// Copy copies the files of the repository in from to the folder to, so that
// something can be tried on them. The copy holds what [Files] lists and no
// history.
func Copy(ctx context.Context, from, to string) error {
	files, err := Files(ctx, from)
	if err != nil {
		return err
	}
	for _, name := range files {
		local := filepath.FromSlash(name)
		if err := copyFile(filepath.Join(from, local), filepath.Join(to, local)); err != nil {
			return fmt.Errorf("copy repository: %w", err)
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // deleted since it was listed
	}
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
