package config

import (
	"context"

	"github.com/codex-go/codex/protocol"
)

// SavedConfig returns the part of config.toml that clients may set, as it
// stands in the file now: without flags, profile or defaults. Its errors are
// those of [Loader.Load] about the file.
// (spec: config-and-auth, getUserSavedConfig view)
func (l *Loader) SavedConfig(ctx context.Context) (protocol.UserSavedConfig, error) {
	doc, err := l.cache.read(ctx, l.Home)
	if err != nil {
		return protocol.UserSavedConfig{}, err
	}
	f, err := l.decode(merge(doc, nil, nil))
	if err != nil {
		return protocol.UserSavedConfig{}, err
	}
	saved := protocol.UserSavedConfig{
		ApprovalPolicy:        orDefault(f.ApprovalPolicy, ""),
		SandboxMode:           orDefault(f.SandboxMode, ""),
		Model:                 f.Model,
		ModelReasoningEffort:  orDefault(f.ReasoningEffort.protocolEffort(), ""),
		ModelReasoningSummary: orDefault(f.ReasoningSummary, ""),
		ModelVerbosity:        orDefault(f.Verbosity, ""),
		Profile:               f.Profile,
		Profiles:              make(map[string]protocol.SavedProfile, len(f.Profiles)),
	}
	if f.SandboxWorkspaceWrite != nil {
		settings := protocol.SandboxSettings(*f.SandboxWorkspaceWrite)
		saved.SandboxSettings = &settings
	}
	if f.Tools != nil {
		saved.Tools = &protocol.SavedTools{WebSearch: f.Tools.WebSearch, ViewImage: f.Tools.ViewImage}
	}
	for name, profile := range f.Profiles {
		saved.Profiles[name] = protocol.SavedProfile{
			Model:                 profile.Model,
			ModelProvider:         profile.ModelProvider,
			ApprovalPolicy:        profile.ApprovalPolicy,
			ModelReasoningEffort:  profile.ReasoningEffort.protocolEffort(),
			ModelReasoningSummary: profile.ReasoningSummary,
			ModelVerbosity:        profile.Verbosity,
			ChatgptBaseURL:        profile.ChatGPTBaseURL,
		}
	}
	return saved, nil
}
