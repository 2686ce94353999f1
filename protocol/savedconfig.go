package protocol

// UserSavedConfig is the part of config.toml that clients may set.
// (spec: app-server, getUserSavedConfig)
type UserSavedConfig struct {
	ApprovalPolicy        AskForApproval          `json:"approvalPolicy,omitzero"`
	SandboxMode           SandboxMode             `json:"sandboxMode,omitzero"`
	SandboxSettings       *SandboxSettings        `json:"sandboxSettings,omitzero"`
	Model                 *string                 `json:"model,omitzero"`
	ModelReasoningEffort  ReasoningEffort         `json:"modelReasoningEffort,omitzero"`
	ModelReasoningSummary ReasoningSummary        `json:"modelReasoningSummary,omitzero"`
	ModelVerbosity        Verbosity               `json:"modelVerbosity,omitzero"`
	Tools                 *SavedTools             `json:"tools,omitzero"`
	Profile               *string                 `json:"profile,omitzero"`
	Profiles              map[string]SavedProfile `json:"profiles"`
}

// SandboxSettings is the table sandbox_workspace_write.
type SandboxSettings struct {
	WritableRoots       []string `json:"writableRoots"`
	NetworkAccess       bool     `json:"networkAccess"`
	ExcludeTmpdirEnvVar bool     `json:"excludeTmpdirEnvVar"`
	ExcludeSlashTmp     bool     `json:"excludeSlashTmp"`
}

// SavedTools is the table tools.
type SavedTools struct {
	WebSearch *bool `json:"webSearch,omitzero"`
	ViewImage *bool `json:"viewImage,omitzero"`
}

// SavedProfile is a table of profiles. Every member is written, null when it
// is not set.
type SavedProfile struct {
	Model                 *string           `json:"model"`
	ModelProvider         *string           `json:"modelProvider"`
	ApprovalPolicy        *AskForApproval   `json:"approvalPolicy"`
	ModelReasoningEffort  *ReasoningEffort  `json:"modelReasoningEffort"`
	ModelReasoningSummary *ReasoningSummary `json:"modelReasoningSummary"`
	ModelVerbosity        *Verbosity        `json:"modelVerbosity"`
	ChatgptBaseURL        *string           `json:"chatgptBaseUrl"`
}
