package release

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"

	"github.com/codex-go/codex/scripts/internal/workspace"
)

// publish puts a module on the proxy: the four files that the go command asks a
// proxy for.
func (r *Release) publish(ctx context.Context, m workspace.Module) error {
	escaped, err := module.EscapePath(m.Path)
	if err != nil {
		return err
	}
	dir := filepath.Join(r.Proxy, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	info, err := json.Marshal(struct {
		Version string
		Time    time.Time
	}{r.Version, time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	mod, err := os.ReadFile(filepath.Join(r.Workspace.Dir(m), "go.mod"))
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{"list": []byte(r.Version + "\n"), r.Version + ".info": info, r.Version + ".mod": mod} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	files, err := moduleFiles(ctx, r.Workspace, m)
	if err != nil {
		return err
	}
	archive, err := os.Create(filepath.Join(dir, r.Version+".zip"))
	if err != nil {
		return err
	}
	defer archive.Close()
	if err := zip.Create(archive, module.Version{Path: m.Path, Version: r.Version}, files); err != nil {
		return fmt.Errorf("pack %s: %w", m.Path, err)
	}
	return archive.Close()
}

// moduleFiles lists what the go command packs for a module that lies in a folder
// of a repository: the tracked files of the folder, and the licence of the
// repository when the module has none. The hash of the module depends on it.
func moduleFiles(ctx context.Context, w *workspace.Workspace, m workspace.Module) ([]zip.File, error) {
	names, err := workspace.Git(ctx, w.Dir(m), "ls-files", "-z", "--cached")
	if err != nil {
		return nil, err
	}
	var files []zip.File
	licensed := false
	for name := range strings.SplitSeq(strings.TrimSuffix(names, "\x00"), "\x00") {
		licensed = licensed || name == "LICENSE"
		files = append(files, moduleFile{name: name, on: filepath.Join(w.Dir(m), filepath.FromSlash(name))})
	}
	if !licensed {
		files = append(files, moduleFile{name: "LICENSE", on: filepath.Join(w.Root, "LICENSE")})
	}
	return files, nil
}

// moduleFile is a file of a module: its name in there, and where it lies.
type moduleFile struct{ name, on string }

// Path is the name in the module.
func (f moduleFile) Path() string { return f.name }

// Lstat describes the file.
func (f moduleFile) Lstat() (os.FileInfo, error) { return os.Lstat(f.on) }

// Open opens the file.
func (f moduleFile) Open() (io.ReadCloser, error) { return os.Open(f.on) }

// goCommand runs the go command outside of any workspace, so that it takes the
// released modules from the proxy. Other modules come from the module cache of
// the user, which is laid out like a proxy, or else from where they always come
// from. Modules are unpacked into the folder cache.
func (r *Release) goCommand(ctx context.Context, dir, cache string, env []string, args ...string) (string, error) {
	settings, err := r.run(ctx, dir, "go", "env", "GOMODCACHE", "GOPROXY")
	if err != nil {
		return "", err
	}
	userCache, userProxy, _ := strings.Cut(strings.TrimSpace(settings), "\n")
	downloads := filepath.Join(userCache, "cache", "download")
	env = append([]string{
		"GOWORK=off",
		"GOMODCACHE=" + cache,
		"GOPROXY=" + fileURL(r.Proxy) + "," + fileURL(downloads) + "," + userProxy,
		"GOPRIVATE=",
		"GONOPROXY=none",
		"GONOSUMDB=" + r.Workspace.Prefix, // hashes of what is not public yet
		"GOFLAGS=-modcacherw -trimpath -buildvcs=false",
	}, env...)
	return workspace.Run(ctx, dir, append(append([]string{}, r.env...), env...), "go", args...)
}

// fileURL is a folder as the go command wants it in GOPROXY.
func fileURL(dir string) string {
	p := filepath.ToSlash(dir)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p // a drive letter
	}
	return "file://" + p
}
