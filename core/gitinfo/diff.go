package gitinfo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// diffTimeout bounds a whole comparison.
	diffTimeout = 30 * time.Second
	// diffProcesses is how many git commands one comparison runs at a time.
	diffProcesses = 4
	// maxUntracked and maxUntrackedTotal bound the new files that a diff shows,
	// in bytes: each, and together. maxUntrackedFiles bounds their number: each
	// costs a process.
	maxUntracked      = 8 << 20
	maxUntrackedTotal = 32 << 20
	maxUntrackedFiles = 2000
)

// ErrNoRemote says that nothing of the repository is on a remote.
var ErrNoRemote = errors.New("no commit of a remote to compare with")

// Diff is how the work in a repository differs from what a remote has.
type Diff struct {
	SHA  string // the commit of the remote that is closest to HEAD
	Text string // from it to the files as they are now, new ones included
}

// DiffToRemote compares the repository that cwd lies in with its remote.
//
// New files are those of the whole repository that git does not ignore; files
// that are too large, or no regular files, are left out. The network is not
// asked. (spec: app-server, gitDiffToRemote)
func DiffToRemote(ctx context.Context, cwd string) (Diff, error) {
	ctx, cancel := context.WithTimeout(ctx, diffTimeout)
	defer cancel()
	root, ok := Root(cwd)
	if !ok {
		return Diff{}, fmt.Errorf("compare with remote: %s is in no repository", cwd)
	}
	remotes, err := lines(ctx, cwd, "remote")
	if err != nil {
		return Diff{}, fmt.Errorf("compare with remote: %w", err)
	}
	if i := slices.Index(remotes, "origin"); i > 0 {
		copy(remotes[1:], remotes[:i])
		remotes[0] = "origin"
	}
	sha, err := closest(ctx, cwd, remotes)
	if err != nil {
		return Diff{}, fmt.Errorf("compare with remote: %w", err)
	}
	env, err := withoutFilters(ctx, cwd)
	if err != nil {
		return Diff{}, fmt.Errorf("compare with remote: %w", err)
	}
	tracked, err := gitWith(ctx, cwd, env, []int{1}, slices.Concat(diffCommand, []string{"--binary", sha, "--"})...)
	if err != nil {
		return Diff{}, fmt.Errorf("compare with remote: %w", err)
	}
	text := append(tracked, untracked(ctx, cwd, root, env)...)
	return Diff{SHA: sha, Text: string(bytes.ToValidUTF8(text, []byte("\uFFFD")))}, nil
}

// diffCommand is git diff as it is without any settings.
var diffCommand = []string{
	"-c", "diff.suppressBlankEmpty=false", "-c", "core.quotePath=true", "-c", "diff.renames=true",
	"-c", "diff.relative=false", "-c", "diff.renameLimit=1000", "-c", "core.abbrev=auto",
	"-c", "core.attributesFile=" + os.DevNull,
	"diff", "--no-textconv", "--no-ext-diff", "--no-color", "--src-prefix=a/", "--dst-prefix=b/",
	"--unified=3", "--inter-hunk-context=0", "--diff-algorithm=default", "--indent-heuristic",
	"--submodule=short", "-O" + os.DevNull,
	// Whether a submodule has changes is for its own settings to find out.
	"--ignore-submodules=dirty",
}

// candidate is a branch that a remote has.
type candidate struct {
	sha      string // on the remote
	distance int    // commits of HEAD that the branch does not have
}

// closest returns the commit of a remote that is closest to HEAD.
func closest(ctx context.Context, cwd string, remotes []string) (string, error) {
	branches := candidates(ctx, cwd, remotes)
	found := make([]*candidate, len(branches))
	each(len(branches), func(i int) { found[i] = measure(ctx, cwd, branches[i], remotes) })
	var best *candidate
	for _, c := range found {
		if c != nil && (best == nil || c.distance < best.distance) {
			best = c
		}
	}
	if best == nil {
		return "", errors.Join(ErrNoRemote, ctx.Err())
	}
	return best.sha, nil
}

// candidates returns the names of the branches to compare with: the one that
// is checked out, the default one, and those of remotes that have HEAD.
func candidates(ctx context.Context, cwd string, remotes []string) []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if current := line(ctx, cwd, "rev-parse", "--abbrev-ref", "HEAD"); current != "HEAD" {
		add(current)
	}
	add(defaultBranch(ctx, cwd, remotes))
	for _, remote := range remotes {
		prefix := "refs/remotes/" + remote + "/"
		refs, err := lines(ctx, cwd, "for-each-ref", "--contains=HEAD", "--format=%(refname)", "refs/remotes/"+remote)
		if err != nil {
			continue
		}
		for _, ref := range refs {
			if name := strings.TrimPrefix(ref, prefix); name != "HEAD" {
				add(name)
			}
		}
	}
	return names
}

// defaultBranch returns the name of the branch that a remote points out, or
// that is there by custom.
func defaultBranch(ctx context.Context, cwd string, remotes []string) string {
	for _, remote := range remotes {
		prefix := "refs/remotes/" + remote + "/"
		ref := line(ctx, cwd, "symbolic-ref", "--quiet", prefix+"HEAD")
		if name, ok := strings.CutPrefix(ref, prefix); ok && name != "" {
			return name
		}
	}
	for _, name := range []string{"main", "master"} {
		if line(ctx, cwd, "rev-parse", "--verify", "--quiet", "refs/heads/"+name) != "" {
			return name
		}
	}
	return ""
}

// measure returns where a branch is on a remote and how far HEAD is from it,
// nil when no remote has it.
func measure(ctx context.Context, cwd, branch string, remotes []string) *candidate {
	for _, remote := range remotes {
		ref := "refs/remotes/" + remote + "/" + branch
		sha := line(ctx, cwd, "rev-parse", "--verify", "--quiet", ref)
		if sha == "" {
			continue
		}
		// The local branch counts where there is one.
		for _, from := range []string{"refs/heads/" + branch, ref} {
			n, err := strconv.Atoi(line(ctx, cwd, "rev-list", "--count", from+"..HEAD"))
			if err == nil {
				return &candidate{sha: sha, distance: n}
			}
		}
		return nil
	}
	return nil
}

// untracked returns the diff that adds the new files of the repository at
// root. env are variables for git.
func untracked(ctx context.Context, cwd, root string, env []string) []byte {
	if top := line(ctx, cwd, "rev-parse", "--show-toplevel"); top != "" {
		root = filepath.FromSlash(top)
	}
	out, err := git(ctx, root, nil, "ls-files", "--others", "--exclude-standard", "-z")
	if err != nil {
		return nil // what is tracked is worth showing alone
	}
	var names []string
	total := int64(0)
	for name := range strings.SplitSeq(string(out), "\x00") {
		if name == "" {
			continue
		}
		info, err := os.Lstat(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil || info.IsDir() || info.Size() > maxUntracked || total+info.Size() > maxUntrackedTotal {
			continue
		}
		if mode := info.Mode(); !mode.IsRegular() && mode&os.ModeSymlink == 0 {
			continue // reading a pipe would wait
		}
		total += info.Size()
		if names = append(names, name); len(names) == maxUntrackedFiles {
			break
		}
	}
	diffs := make([][]byte, len(names))
	each(len(names), func(i int) {
		args := slices.Concat(diffCommand, []string{"--binary", "--no-index", "--", os.DevNull, names[i]})
		if out, err := gitWith(ctx, root, env, []int{1}, args...); err == nil {
			diffs[i] = out
		}
	})
	return bytes.Join(diffs, nil)
}

// each calls do for 0 to n-1, a few at a time, and waits.
func each(n int, do func(i int)) {
	slots := make(chan struct{}, diffProcesses)
	var wg sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	wg.Wait()
}
