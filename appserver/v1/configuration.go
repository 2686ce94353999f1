package v1

import (
	"context"

	"github.com/codex-go/codex/protocol"
)

// getUserSavedConfig returns the client's part of config.toml as it stands in
// the file. (spec: app-server, getUserSavedConfig)
func (m *Methods) getUserSavedConfig(ctx context.Context) (*protocol.GetUserSavedConfigResponse, error) {
	saved, err := m.b.Config.SavedConfig(ctx)
	if err != nil {
		return nil, replyError("failed to load config.toml", err)
	}
	return &protocol.GetUserSavedConfigResponse{Config: saved}, nil
}
