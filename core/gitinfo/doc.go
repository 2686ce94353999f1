// Package gitinfo finds out what the agent tells about the repository it works
// in: where a conversation began, and how the work differs from what the
// remote has.
//
//	facts := gitinfo.Collect(ctx, cwd) // nil outside a repository
//	diff, err := gitinfo.DiffToRemote(ctx, cwd)
//
// What can be read from a few small files exactly as git would read it, is
// read from them; everything else asks the git program, which never prompts,
// never takes optional locks, runs no hooks, no file system monitor and no
// filters of the repository, fetches nothing, and is ended with all its children
// when its time is up. Settings in the
// environment that would lead git elsewhere do not reach it.
//
// The functions keep nothing and are safe for concurrent use.
package gitinfo
