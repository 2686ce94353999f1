package protocol

import "github.com/codex-go/codex/mcptypes/wire"

// SandboxPolicy says what commands of a turn may write and reach. It is
// tagged by "mode". (spec: exec-and-tools, sandbox policies)
type SandboxPolicy interface {
	// Mode returns the tag.
	Mode() SandboxMode
	isSandboxPolicy()
}

// DangerFullAccessPolicy puts no limit on commands.
type DangerFullAccessPolicy struct{}

// ReadOnlyPolicy lets commands read everything, write nothing and reach no
// network.
type ReadOnlyPolicy struct{}

// WorkspaceWritePolicy lets commands read everything and write below the
// writable roots, the turn's working directory, /tmp and $TMPDIR.
type WorkspaceWritePolicy struct {
	WritableRoots       []string `json:"writable_roots,omitzero"`
	NetworkAccess       bool     `json:"network_access" wire:"optional"`
	ExcludeTmpdirEnvVar bool     `json:"exclude_tmpdir_env_var" wire:"optional"`
	ExcludeSlashTmp     bool     `json:"exclude_slash_tmp" wire:"optional"`
}

var _ = wire.Register[SandboxPolicy](wire.Internal("mode"),
	wire.Of[DangerFullAccessPolicy]("danger-full-access"),
	wire.Of[ReadOnlyPolicy]("read-only"),
	wire.Of[WorkspaceWritePolicy]("workspace-write"),
)

func (*DangerFullAccessPolicy) isSandboxPolicy() {}
func (*ReadOnlyPolicy) isSandboxPolicy()         {}
func (*WorkspaceWritePolicy) isSandboxPolicy()   {}

// Mode returns danger-full-access.
func (*DangerFullAccessPolicy) Mode() SandboxMode { return SandboxDangerFullAccess }

// Mode returns read-only.
func (*ReadOnlyPolicy) Mode() SandboxMode { return SandboxReadOnly }

// Mode returns workspace-write.
func (*WorkspaceWritePolicy) Mode() SandboxMode { return SandboxWorkspaceWrite }

// FullDiskWrite reports whether p lets commands write everywhere.
func FullDiskWrite(p SandboxPolicy) bool { return p.Mode() == SandboxDangerFullAccess }

// FullNetwork reports whether p lets commands reach the network.
func FullNetwork(p SandboxPolicy) bool {
	switch p := p.(type) {
	case *DangerFullAccessPolicy:
		return true
	case *WorkspaceWritePolicy:
		return p.NetworkAccess
	}
	return false
}
