package gitinfo

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Commit is an entry of the log.
type Commit struct {
	Hash    string
	Time    time.Time // of the committer, to the second
	Subject string
}

// RecentCommits returns the last commits of what is checked out in cwd, newest
// first: at most limit, and at least one if there is any.
func RecentCommits(ctx context.Context, cwd string, limit int) ([]Commit, error) {
	out, err := lines(ctx, cwd, "log", "-n", strconv.Itoa(max(limit, 1)), "--format=%H%x00%ct%x00%s", "--no-show-signature")
	if err != nil {
		return nil, err
	}
	commits := make([]Commit, 0, len(out))
	for _, l := range out {
		fields := strings.SplitN(l, "\x00", 3)
		if len(fields) != 3 {
			return nil, fmt.Errorf("git log: unexpected line of %d fields", len(fields))
		}
		seconds, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("git log: %w", err)
		}
		commits = append(commits, Commit{Hash: fields[0], Time: time.Unix(seconds, 0), Subject: fields[2]})
	}
	return commits, nil
}

// Branches returns the names of the local branches, sorted, but the default
// one first: main, or else master.
func Branches(ctx context.Context, cwd string) ([]string, error) {
	names, err := lines(ctx, cwd, "for-each-ref", "--format=%(refname)", "refs/heads")
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		names[i] = strings.TrimPrefix(name, "refs/heads/")
	}
	slices.Sort(names)
	for _, first := range []string{"main", "master"} {
		if i := slices.Index(names, first); i >= 0 {
			copy(names[1:], names[:i])
			names[0] = first
			break
		}
	}
	return names, nil
}

// CurrentBranch returns the name of the branch that is checked out in cwd, ""
// when none is.
func CurrentBranch(ctx context.Context, cwd string) string {
	return line(ctx, cwd, "branch", "--show-current")
}

// TrustRoot returns the directory that stands for all worktrees of the
// repository which cwd lies in: that of the main one. ok is false outside a
// repository.
func TrustRoot(ctx context.Context, cwd string) (root string, ok bool) {
	common := line(ctx, cwd, "rev-parse", "--git-common-dir")
	if common == "" {
		return "", false
	}
	dir, err := filepath.EvalSymlinks(resolve(cwd, common))
	if err != nil {
		return "", false
	}
	return filepath.Dir(dir), true
}
