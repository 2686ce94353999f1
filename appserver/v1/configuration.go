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

// setDefaultModel saves the model of new conversations. It acts on the model
// and on the effort; what is absent is removed. (spec: app-server, setDefaultModel)
func (m *Methods) setDefaultModel(ctx context.Context, r *protocol.SetDefaultModelParams) (*protocol.SetDefaultModelResponse, error) {
	err := m.b.Config.SetDefaultModel(ctx, m.b.Startup.ActiveProfile, r.Model, r.ReasoningEffort)
	if err != nil {
		return nil, replyError("failed to save the default model", err)
	}
	return &protocol.SetDefaultModelResponse{}, nil
}
