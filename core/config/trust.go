package config

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/codex-go/codex/core/gitinfo"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/tomledit"
)

// trustLevel is the one value of trust_level that means anything.
const trustLevel = "trusted"

// Trust is what a front end with a screen makes of a project. Servers and
// commands without one ignore it. (spec: config-and-auth, trust)
type Trust int

// Values of Trust.
const (
	// TrustUnknown asks the user, and then calls [Loader.TrustProject] or goes on
	// with the configuration as it is.
	TrustUnknown Trust = iota
	// TrustGiven goes on with [Config.ForTrustedProject].
	TrustGiven
	// TrustSettled goes on with the configuration as it is, because a setting or
	// an override says what to approve or how to sandbox.
	TrustSettled
)

// ProjectTrust tells whether the user trusts the project of the working
// directory: it or the main worktree of its repository. It may ask git, for a
// few seconds at most.
func (c *Config) ProjectTrust(ctx context.Context) Trust {
	if c.Origins.Of("approval_policy") != (Origin{}) || c.Origins.Of("sandbox_mode") != (Origin{}) {
		return TrustSettled
	}
	if c.trusts(c.Cwd) {
		return TrustGiven
	}
	if root, ok := gitinfo.TrustRoot(ctx, folderOf(c.Cwd)); ok && c.trusts(root) {
		return TrustGiven
	}
	return TrustUnknown
}

func (c *Config) trusts(path string) bool {
	_, found := slices.BinarySearch(c.TrustedProjects, path)
	return found
}

// ForTrustedProject returns the configuration with the policies of a trusted
// project: the model asks when it needs more than to write in the project.
func (c *Config) ForTrustedProject() *Config {
	trusting := *c
	trusting.ApprovalPolicy = protocol.AskOnRequest
	trusting.SandboxPolicy = &protocol.WorkspaceWritePolicy{}
	return &trusting
}

// TrustProject stores that the user trusts the project of a working directory,
// an absolute path: the main worktree of its repository, or else itself.
// Configurations that were loaded before do not change. An error leaves the file
// as it was. (spec: config-and-auth, editing for trust)
func (l *Loader) TrustProject(ctx context.Context, cwd string) error {
	project := cwd
	if root, ok := gitinfo.TrustRoot(ctx, folderOf(cwd)); ok {
		project = root
	}
	return l.edit(ctx, func(doc *tomledit.Document) error {
		return doc.Set([]string{"projects", project, "trust_level"}, tomledit.String(trustLevel))
	})
}

// folderOf returns path, or the folder around it when it is none itself.
func folderOf(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return path
	}
	return filepath.Dir(path)
}

func trustedProjects(tables map[string]projectTable) []string {
	var trusted []string
	for path, table := range tables {
		if orDefault(table.TrustLevel, "") == trustLevel {
			trusted = append(trusted, path)
		}
	}
	slices.Sort(trusted)
	return trusted
}
