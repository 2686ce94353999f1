package patch

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree is a folder in a test: contents by path. A path that ends with a slash
// is an empty folder, one that ends with @ a symbolic link to its content, and
// one that ends with * an executable file.
type tree map[string]string

// plant creates the files of a tree in a new folder, whose path has no links.
func plant(t testing.TB, files tree) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files.plant(t, dir)
	return dir
}

func (files tree) plant(t testing.TB, dir string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, strings.TrimRight(name, "@*"))
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		switch {
		case err != nil:
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o755)
		case strings.HasSuffix(name, "@"):
			err = os.Symlink(content, path)
		default:
			mode := fs.FileMode(0o644)
			if strings.HasSuffix(name, "*") {
				mode = 0o755
			}
			if err = os.WriteFile(path, []byte(content), mode); err == nil {
				err = os.Chmod(path, mode)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// harvest reads a folder back, temporary files and all.
func harvest(t testing.TB, dir string) tree {
	t.Helper()
	files := tree{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		info, err := entry.Info()
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir():
			list, err := os.ReadDir(path)
			if err == nil && len(list) == 0 {
				files[name+"/"] = ""
			}
			return err
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			files[name+"@"] = target
			return err
		}
		if info.Mode()&0o100 != 0 {
			name += "*"
		}
		data, err := os.ReadFile(path)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// patchText puts the markers around lines.
func patchText(body ...string) string {
	return strings.Join(append(append([]string{beginMarker}, body...), endMarker), "\n")
}
