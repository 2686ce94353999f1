package sandbox

import (
	"github.com/codex-go/codex/core/sandbox/internal/policy"
	"github.com/codex-go/codex/protocol"
)

// Root is a directory, or a file, that commands may write.
type Root struct {
	// Path is the root as the policy names it, absolute and clean.
	Path string
	// ReadOnly lists the paths below the root, or below what it leads to, that
	// may not be written nor replaced. They are absolute and clean.
	ReadOnly []string
}

// Roots is where commands may write under a policy that allows it in places.
type Roots []Root

// WritableRoots returns where commands may write under p, in order: its
// writable roots, cwd, /tmp and tempDir, each once. It is empty for policies
// that allow writing nowhere or everywhere.
//
// cwd is the directory of the policy, from which relative roots start. tempDir
// is what $TMPDIR says, "" for none. The .git of each root is read-only: where
// it is a file, as in a linked work tree or a submodule, the file, the directory
// that it names and the one which that shares with others. So are the paths
// protect. A path is read-only in every root that contains it. A root is left
// out if it leads through a link that lies in another one and out of that: a
// command may have put the link there. The file system is looked at as it is
// now.
//
// spec: exec-and-tools, sandbox policies; do better
func WritableRoots(p protocol.SandboxPolicy, cwd, tempDir string, protect ...string) Roots {
	var roots Roots
	for _, root := range policy.Roots(plain(p), cwd, tempDir, protect) {
		roots = append(roots, Root(root))
	}
	return roots
}

// Writable reports whether a command may write path, which must be absolute: it
// lies in one of the roots and in nothing that any root keeps read-only. Links
// are followed, in path and in the roots, and both a link and what it leads to
// must be writable.
func (r Roots) Writable(path string) bool {
	roots := make([]policy.Root, len(r))
	for i, root := range r {
		roots[i] = policy.Root(root)
	}
	return policy.Writable(roots, path)
}

// plain returns a policy as the helper knows it.
func plain(p protocol.SandboxPolicy) *policy.Policy {
	q := &policy.Policy{Mode: policy.Mode(p.Mode())}
	if w, ok := p.(*protocol.WorkspaceWritePolicy); ok {
		q.WritableRoots = w.WritableRoots
		q.Network = w.NetworkAccess
		q.ExcludeTmpdirEnvVar = w.ExcludeTmpdirEnvVar
		q.ExcludeSlashTmp = w.ExcludeSlashTmp
	}
	return q
}
