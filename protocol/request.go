package protocol

import "encoding/json"

// ClientRequest is the parameters of a request from the client to the server,
// one type for each method. (spec: app-server, requests from client to server)
type ClientRequest interface {
	// Method returns the method's name.
	Method() string
	isClientRequest()
}

// Request is a request whose result is an R: the parameters say what the answer
// is, so that a caller need not.
type Request[R any] interface {
	Method() string
	// NewResult returns an empty result.
	NewResult() *R
}

// InitializeParams opens a connection.
type InitializeParams struct {
	ClientInfo ClientInfo `json:"clientInfo"`
}

// ClientInfo names the client.
type ClientInfo struct {
	Name    string `json:"name"`
	Title   string `json:"title,omitzero"`
	Version string `json:"version"`
}

// InitializeResponse answers [*InitializeParams].
type InitializeResponse struct {
	UserAgent string `json:"userAgent"`
}

// NewConversationParams starts a conversation. Every field is optional.
type NewConversationParams struct {
	Model                 *string                    `json:"model,omitzero"`
	Profile               *string                    `json:"profile,omitzero"`
	Cwd                   string                     `json:"cwd,omitzero"`
	ApprovalPolicy        AskForApproval             `json:"approvalPolicy,omitzero"`
	Sandbox               SandboxMode                `json:"sandbox,omitzero"`
	Config                map[string]json.RawMessage `json:"config,omitzero"` // by dotted path
	BaseInstructions      *string                    `json:"baseInstructions,omitzero"`
	IncludePlanTool       *bool                      `json:"includePlanTool,omitzero"`
	IncludeApplyPatchTool *bool                      `json:"includeApplyPatchTool,omitzero"`
}

// NewConversationResponse answers [*NewConversationParams].
type NewConversationResponse struct {
	ConversationID  ConversationID  `json:"conversationId"`
	Model           string          `json:"model"`
	ReasoningEffort ReasoningEffort `json:"reasoningEffort,omitzero"`
	RolloutPath     string          `json:"rolloutPath"`
}

// ListConversationsParams asks for a page of the recorded conversations. A nil
// PageSize means 25.
type ListConversationsParams struct {
	PageSize *uint64 `json:"pageSize,omitzero"`
	Cursor   *string `json:"cursor,omitzero"`
}

// ListConversationsResponse is one page, newest first.
type ListConversationsResponse struct {
	Items      []ConversationSummary `json:"items"`
	NextCursor string                `json:"nextCursor,omitzero"`
}

// ConversationSummary describes a recorded conversation.
type ConversationSummary struct {
	ConversationID ConversationID `json:"conversationId"`
	Path           string         `json:"path"`
	Preview        string         `json:"preview"`
	Timestamp      string         `json:"timestamp,omitzero"`
}

// ResumeConversationParams continues a recorded conversation.
type ResumeConversationParams struct {
	Path      string                 `json:"path"`
	Overrides *NewConversationParams `json:"overrides,omitzero"`
}

// ResumeConversationResponse answers [*ResumeConversationParams].
type ResumeConversationResponse struct {
	ConversationID  ConversationID `json:"conversationId"`
	Model           string         `json:"model"`
	InitialMessages []EventMsg     `json:"initialMessages" wire:"optional"` // the recorded events
}

// ArchiveConversationParams ends a conversation and moves its rollout away.
type ArchiveConversationParams struct {
	ConversationID ConversationID `json:"conversationId"`
	RolloutPath    string         `json:"rolloutPath"`
}

// ArchiveConversationResponse answers [*ArchiveConversationParams].
type ArchiveConversationResponse struct{}

// SendUserMessageParams submits input with the conversation's settings.
type SendUserMessageParams struct {
	ConversationID ConversationID `json:"conversationId"`
	Items          []ClientInput  `json:"items"`
}

// SendUserMessageResponse answers [*SendUserMessageParams].
type SendUserMessageResponse struct{}

// SendUserTurnParams submits input with settings of its own.
type SendUserTurnParams struct {
	ConversationID ConversationID   `json:"conversationId"`
	Items          []ClientInput    `json:"items"`
	Cwd            string           `json:"cwd"`
	ApprovalPolicy AskForApproval   `json:"approvalPolicy"`
	SandboxPolicy  SandboxPolicy    `json:"sandboxPolicy"`
	Model          string           `json:"model"`
	Effort         ReasoningEffort  `json:"effort,omitzero"`
	Summary        ReasoningSummary `json:"summary"`
}

// SendUserTurnResponse answers [*SendUserTurnParams].
type SendUserTurnResponse struct{}

// InterruptConversationParams aborts the running turn.
type InterruptConversationParams struct {
	ConversationID ConversationID `json:"conversationId"`
}

// InterruptConversationResponse answers [*InterruptConversationParams] when
// the turn has ended.
type InterruptConversationResponse struct {
	AbortReason TurnAbortReason `json:"abortReason"`
}

// AddConversationListenerParams subscribes to a conversation's events.
type AddConversationListenerParams struct {
	ConversationID ConversationID `json:"conversationId"`
}

// AddConversationSubscriptionResponse answers [*AddConversationListenerParams].
type AddConversationSubscriptionResponse struct {
	SubscriptionID SubscriptionID `json:"subscriptionId"`
}

// RemoveConversationListenerParams ends a subscription.
type RemoveConversationListenerParams struct {
	SubscriptionID SubscriptionID `json:"subscriptionId"`
}

// RemoveConversationSubscriptionResponse answers
// [*RemoveConversationListenerParams].
type RemoveConversationSubscriptionResponse struct{}

// GitDiffToRemoteParams asks for the difference to the nearest pushed commit.
type GitDiffToRemoteParams struct {
	Cwd string `json:"cwd"`
}

// GitDiffToRemoteResponse answers [*GitDiffToRemoteParams].
type GitDiffToRemoteResponse struct {
	Sha  string `json:"sha"` // 40 hex digits
	Diff string `json:"diff"`
}

// LoginAPIKeyParams signs in with an API key.
type LoginAPIKeyParams struct {
	APIKey string `json:"apiKey"`
}

// LoginAPIKeyResponse answers [*LoginAPIKeyParams].
type LoginAPIKeyResponse struct{}

// LoginChatGPTParams starts a login in the browser.
type LoginChatGPTParams struct{}

// LoginChatGPTResponse answers [*LoginChatGPTParams].
type LoginChatGPTResponse struct {
	LoginID LoginID `json:"loginId"`
	AuthURL string  `json:"authUrl"` // for the user's browser
}

// CancelLoginChatGPTParams ends a login in the browser.
type CancelLoginChatGPTParams struct {
	LoginID LoginID `json:"loginId"`
}

// CancelLoginChatGPTResponse answers [*CancelLoginChatGPTParams].
type CancelLoginChatGPTResponse struct{}

// LogoutChatGPTParams signs out.
type LogoutChatGPTParams struct{}

// LogoutChatGPTResponse answers [*LogoutChatGPTParams].
type LogoutChatGPTResponse struct{}

// GetAuthStatusParams asks who is signed in.
type GetAuthStatusParams struct {
	IncludeToken *bool `json:"includeToken,omitzero"`
	RefreshToken *bool `json:"refreshToken,omitzero"`
}

// GetAuthStatusResponse answers [*GetAuthStatusParams].
type GetAuthStatusResponse struct {
	AuthMethod         AuthMode `json:"authMethod,omitzero"`
	AuthToken          string   `json:"authToken,omitzero"`
	RequiresOpenAIAuth *bool    `json:"requiresOpenaiAuth"` // whether the provider in use wants a sign-in
}

// GetUserSavedConfigParams asks for the client's part of the saved
// configuration.
type GetUserSavedConfigParams struct{}

// GetUserSavedConfigResponse answers [*GetUserSavedConfigParams].
type GetUserSavedConfigResponse struct {
	Config UserSavedConfig `json:"config"`
}

// SetDefaultModelParams saves the model of new conversations. A zero field
// removes the saved value.
type SetDefaultModelParams struct {
	Model           *string         `json:"model,omitzero"`
	ReasoningEffort ReasoningEffort `json:"reasoningEffort,omitzero"`
}

// SetDefaultModelResponse answers [*SetDefaultModelParams].
type SetDefaultModelResponse struct{}

// GetUserAgentParams asks for the user agent.
type GetUserAgentParams struct{}

// GetUserAgentResponse answers [*GetUserAgentParams].
type GetUserAgentResponse struct {
	UserAgent string `json:"userAgent"`
}

// UserInfoParams asks about the user.
type UserInfoParams struct{}

// UserInfoResponse answers [*UserInfoParams]. The address is what a token
// claims; nobody verified it.
type UserInfoResponse struct {
	AllegedUserEmail *string `json:"allegedUserEmail"`
}

// FuzzyFileSearchParams searches for files by parts of their paths.
type FuzzyFileSearchParams struct {
	Query             string   `json:"query"`
	Roots             []string `json:"roots"`
	CancellationToken *string  `json:"cancellationToken,omitzero"`
}

// FuzzyFileSearchResponse answers [*FuzzyFileSearchParams].
type FuzzyFileSearchResponse struct {
	Files []FuzzyFileSearchResult `json:"files"`
}

// FuzzyFileSearchResult is a file that was found.
type FuzzyFileSearchResult struct {
	Root     string   `json:"root"`
	Path     string   `json:"path"`
	FileName string   `json:"file_name"`
	Score    uint32   `json:"score"`
	Indices  []uint32 `json:"indices" wire:"optional"` // of what matched in Path, ascending
}

// ExecOneOffCommandParams runs a command outside any conversation.
type ExecOneOffCommandParams struct {
	Command       []string      `json:"command"`
	TimeoutMS     *uint64       `json:"timeoutMs,omitzero"`
	Cwd           *string       `json:"cwd,omitzero"`
	SandboxPolicy SandboxPolicy `json:"sandboxPolicy,omitzero"`
}

// ExecOneOffCommandResponse answers [*ExecOneOffCommandParams].
type ExecOneOffCommandResponse struct {
	ExitCode int32  `json:"exitCode"`
	Stdout   string `json:"stdout"`
	Stderr   string `json:"stderr"`
}
