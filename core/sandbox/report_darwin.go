package sandbox

import (
	"context"
	"os"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/protocol"
)

// probe looks for sandbox-exec, which every release so far has.
func (s *Sandbox) probe(_ context.Context, r *Report) error {
	if release, err := unix.Sysctl("kern.osrelease"); err == nil {
		r.Kernel = release
	}
	if _, err := os.Stat(sandboxExec); err != nil {
		r.Limits = append(r.Limits, err.Error())
	} else {
		r.Available = true
	}
	for _, p := range []protocol.SandboxPolicy{
		&protocol.ReadOnlyPolicy{},
		&protocol.WorkspaceWritePolicy{},
		&protocol.WorkspaceWritePolicy{NetworkAccess: true},
		&protocol.DangerFullAccessPolicy{},
	} {
		e := Enforcement{Policy: string(p.Mode()), Enforced: r.Available, Processes: ByGroup}
		if !protocol.FullDiskWrite(p) && r.Available {
			e.Files, e.Metadata, e.Repositories, e.Signals = kind, true, true, true
		}
		if !protocol.FullNetwork(p) && r.Available {
			e.Network = kind
		}
		if protocol.FullNetwork(p) && !protocol.FullDiskWrite(p) {
			e.Policy += "+network"
		}
		r.Policies = append(r.Policies, e)
	}
	return nil
}
