package v1

import (
	"context"

	"github.com/codex-go/codex/core/gitinfo"
	"github.com/codex-go/codex/protocol"
)

// gitDiffToRemote compares a work tree with the nearest pushed commit.
// (spec: app-server, gitDiffToRemote)
func (m *Methods) gitDiffToRemote(ctx context.Context, r *protocol.GitDiffToRemoteParams) (*protocol.GitDiffToRemoteResponse, error) {
	diff, err := gitinfo.DiffToRemote(ctx, r.Cwd)
	if err != nil {
		return nil, invalidRequest("failed to compute git diff to remote for cwd %q: %v", r.Cwd, err)
	}
	return &protocol.GitDiffToRemoteResponse{Sha: diff.SHA, Diff: diff.Text}, nil
}
