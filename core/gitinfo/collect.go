package gitinfo

import (
	"context"
	"strings"
	"sync"

	"github.com/codex-go/codex/protocol"
)

// Collect returns the facts about the repository that cwd lies in: the commit
// and the branch that are checked out, and the address of the remote "origin"
// without credentials. What does not exist, or is not found out in time, is
// empty. It returns nil when cwd lies in no repository.
// (spec: events-and-rollouts, git info)
func Collect(ctx context.Context, cwd string) *protocol.GitInfo {
	repo, certain := open(cwd)
	switch {
	case certain && repo == nil:
		return nil
	case certain:
		if facts, ok := repo.facts(); ok {
			if repo.hasOrigin {
				facts.RepositoryURL = withoutCredentials(line(ctx, cwd, "remote", "get-url", "origin"))
			}
			return facts
		}
	}
	return ask(ctx, cwd)
}

// ask leaves everything to the git program.
func ask(ctx context.Context, cwd string) *protocol.GitInfo {
	if line(ctx, cwd, "rev-parse", "--git-dir") == "" {
		return nil
	}
	var facts protocol.GitInfo
	var wg sync.WaitGroup
	wg.Go(func() { facts.CommitHash = line(ctx, cwd, "rev-parse", "--verify", "--quiet", "HEAD") })
	wg.Go(func() {
		if branch := line(ctx, cwd, "rev-parse", "--abbrev-ref", "HEAD"); branch != "HEAD" {
			facts.Branch = branch
		}
	})
	wg.Go(func() {
		facts.RepositoryURL = withoutCredentials(line(ctx, cwd, "remote", "get-url", "origin"))
	})
	wg.Wait()
	return &facts
}

// withoutCredentials returns the address of a repository without what could be
// a secret: the user and password of a web address, the password of any other.
// The user of an ssh address is part of the address.
func withoutCredentials(url string) string {
	scheme, rest, found := strings.Cut(url, "://")
	if !found {
		return url // a path, or host:path
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, path := rest[:end], rest[end:]
	at := strings.LastIndexByte(authority, '@')
	if at < 0 {
		return url
	}
	user, host := authority[:at], authority[at+1:]
	user, _, _ = strings.Cut(user, ":")
	switch strings.ToLower(scheme) {
	case "ssh", "git+ssh", "ssh+git":
		return scheme + "://" + user + "@" + host + path
	}
	return scheme + "://" + host + path
}
