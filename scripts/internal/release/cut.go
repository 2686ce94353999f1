package release

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/codex-go/codex/scripts/internal/workspace"
)

// Options say what to release.
type Options struct {
	From    string // folder of the repository; its HEAD is released
	To      string // folder for the clone and the proxy; created, must be empty
	Version string // such as v1.2.3
	// Env is added to the environment of git and go.
	Env []string
	// Progress is told what is done next. Nil: nobody is.
	Progress func(what string)
}

// Release is a release that was made but not published.
type Release struct {
	Version   string
	Clone     string // the repository with the release; its origin is the folder it came from
	Branch    string // checked out in the clone
	Tags      []string
	Proxy     string // folder that works as GOPROXY=file://...
	Workspace *workspace.Workspace

	dir      string
	env      []string
	progress func(string)
}

// Cut makes a release of what is committed in o.From. It fails, with the
// repository as it was, when the version was released already or the change log
// has no notes for it.
func Cut(ctx context.Context, o Options) (*Release, error) {
	if err := CheckVersion(o.Version); err != nil {
		return nil, err
	}
	r := &Release{
		Version:  o.Version,
		Clone:    filepath.Join(o.To, "clone"),
		Branch:   "release/" + o.Version,
		Proxy:    filepath.Join(o.To, "proxy"),
		dir:      o.To,
		env:      o.Env,
		progress: o.Progress,
	}
	if r.progress == nil {
		r.progress = func(string) {}
	}
	if err := r.clone(ctx, o.From); err != nil {
		return nil, fmt.Errorf("release %s: %w", o.Version, err)
	}
	for _, m := range r.Workspace.Modules {
		if err := r.module(ctx, m); err != nil {
			return nil, fmt.Errorf("release %s of %s: %w", o.Version, m.Name, err)
		}
	}
	if err := r.commit(ctx); err != nil {
		return nil, fmt.Errorf("release %s: %w", o.Version, err)
	}
	return r, nil
}

// clone clones the repository onto a new branch and looks whether the version
// can be released.
func (r *Release) clone(ctx context.Context, from string) error {
	r.progress("clone the repository")
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return err
	}
	if _, err := r.run(ctx, r.dir, "git", "clone", "--quiet", from, r.Clone); err != nil {
		return err
	}
	if _, err := r.run(ctx, r.Clone, "git", "checkout", "--quiet", "-b", r.Branch); err != nil {
		return err
	}
	w, err := workspace.Read(r.Clone)
	if err != nil {
		return err
	}
	r.Workspace = w
	for _, m := range w.Modules {
		r.Tags = append(r.Tags, m.Name+"/"+r.Version)
	}
	taken, err := r.run(ctx, r.Clone, "git", append([]string{"tag", "--list"}, r.Tags...)...)
	if err != nil {
		return err
	}
	if taken != "" {
		return fmt.Errorf("there are tags already: %s", strings.Join(strings.Fields(taken), ", "))
	}
	notes, err := os.ReadFile(filepath.Join(r.Clone, "CHANGELOG.md"))
	if err != nil {
		return fmt.Errorf("read the change log: %w", err)
	}
	if !hasNotes(string(notes), r.Version) {
		return fmt.Errorf("CHANGELOG.md has no section %q", "## ["+strings.TrimPrefix(r.Version, "v")+"]")
	}
	return nil
}

// module gives one module its released form and puts it on the proxy. What it
// needs is there already, so that tidying finds the hashes.
func (r *Release) module(ctx context.Context, m workspace.Module) error {
	r.progress("prepare " + m.Path)
	dir := r.Workspace.Dir(m)
	name := filepath.Join(dir, "go.mod")
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	text, err = pin(name, text, r.Workspace.Prefix, r.Version)
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, text, 0o644); err != nil {
		return err
	}
	if _, err := r.goCommand(ctx, dir, filepath.Join(r.dir, "modcache"), nil, "mod", "tidy"); err != nil {
		return err
	}
	return r.publish(ctx, m)
}

// pin returns a go.mod in which the modules below prefix are required at a
// version and nothing is replaced.
func pin(name string, text []byte, prefix, version string) ([]byte, error) {
	file, err := modfile.Parse(name, text, nil)
	if err != nil {
		return nil, err
	}
	for _, replace := range file.Replace {
		if !strings.HasPrefix(replace.Old.Path, prefix+"/") {
			return nil, fmt.Errorf("%s replaces %s: a release cannot", name, replace.Old.Path)
		}
	}
	for _, require := range file.Require {
		if strings.HasPrefix(require.Mod.Path, prefix+"/") {
			if err := file.AddRequire(require.Mod.Path, version); err != nil {
				return nil, err
			}
		}
	}
	for len(file.Replace) > 0 {
		replace := file.Replace[0]
		if err := file.DropReplace(replace.Old.Path, replace.Old.Version); err != nil {
			return nil, err
		}
		file.Cleanup()
	}
	return file.Format()
}

// commit records the release and names it.
func (r *Release) commit(ctx context.Context) error {
	r.progress("commit and tag")
	for _, args := range [][]string{
		{"add", "--all"}, // a module without dependencies had no go.sum
		{"commit", "--quiet", "--message", "Release " + r.Version},
	} {
		if _, err := r.run(ctx, r.Clone, "git", args...); err != nil {
			return err
		}
	}
	for _, tag := range r.Tags {
		if _, err := r.run(ctx, r.Clone, "git", "tag", "--annotate", "--message", tag, tag); err != nil {
			return err
		}
	}
	return nil
}

func (r *Release) run(ctx context.Context, dir, name string, args ...string) (string, error) {
	return workspace.Run(ctx, dir, r.env, name, args...)
}
