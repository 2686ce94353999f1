package protocol

import "github.com/codex-go/codex/mcptypes/wire"

// clientRequestUnion names the requests of clients with the result of each. A
// new request is added here.
var clientRequestUnion = wire.Register[ClientRequest](wire.Envelope("method", "params"),
	requestCase[InitializeParams, InitializeResponse](),
	requestCase[NewConversationParams, NewConversationResponse](),
	requestCase[ListConversationsParams, ListConversationsResponse](),
	requestCase[ResumeConversationParams, ResumeConversationResponse](),
	requestCase[ArchiveConversationParams, ArchiveConversationResponse](),
	requestCase[SendUserMessageParams, SendUserMessageResponse](),
	requestCase[SendUserTurnParams, SendUserTurnResponse](),
	requestCase[InterruptConversationParams, InterruptConversationResponse](),
	requestCase[AddConversationListenerParams, AddConversationSubscriptionResponse](),
	requestCase[RemoveConversationListenerParams, RemoveConversationSubscriptionResponse](),
	requestCase[GitDiffToRemoteParams, GitDiffToRemoteResponse](),
	requestCase[LoginAPIKeyParams, LoginAPIKeyResponse](),
	requestCase[LoginChatGPTParams, LoginChatGPTResponse](),
	requestCase[CancelLoginChatGPTParams, CancelLoginChatGPTResponse](),
	requestCase[LogoutChatGPTParams, LogoutChatGPTResponse](),
	requestCase[GetAuthStatusParams, GetAuthStatusResponse](),
	requestCase[GetUserSavedConfigParams, GetUserSavedConfigResponse](),
	requestCase[SetDefaultModelParams, SetDefaultModelResponse](),
	requestCase[GetUserAgentParams, GetUserAgentResponse](),
	requestCase[UserInfoParams, UserInfoResponse](),
	requestCase[FuzzyFileSearchParams, FuzzyFileSearchResponse](),
	requestCase[ExecOneOffCommandParams, ExecOneOffCommandResponse](),
)

// serverRequestUnion names the requests of servers with the result of each.
var serverRequestUnion = wire.Register[ServerRequest](wire.Envelope("method", "params"),
	requestCase[ExecCommandApprovalParams, ExecCommandApprovalResponse](),
	requestCase[ApplyPatchApprovalParams, ApplyPatchApprovalResponse](),
)

// requestCase is the case of the params type C with the result R.
func requestCase[C, R any, P interface {
	*C
	Request[R]
}]() wire.Case {
	return wire.Request[C, R](P(new(C)).Method())
}

// Method returns "initialize".
func (*InitializeParams) Method() string { return "initialize" }

// NewResult returns an empty result.
func (*InitializeParams) NewResult() *InitializeResponse { return new(InitializeResponse) }

// Method returns "newConversation".
func (*NewConversationParams) Method() string { return "newConversation" }

// NewResult returns an empty result.
func (*NewConversationParams) NewResult() *NewConversationResponse {
	return new(NewConversationResponse)
}

// Method returns "listConversations".
func (*ListConversationsParams) Method() string { return "listConversations" }

// NewResult returns an empty result.
func (*ListConversationsParams) NewResult() *ListConversationsResponse {
	return new(ListConversationsResponse)
}

// Method returns "resumeConversation".
func (*ResumeConversationParams) Method() string { return "resumeConversation" }

// NewResult returns an empty result.
func (*ResumeConversationParams) NewResult() *ResumeConversationResponse {
	return new(ResumeConversationResponse)
}

// Method returns "archiveConversation".
func (*ArchiveConversationParams) Method() string { return "archiveConversation" }

// NewResult returns an empty result.
func (*ArchiveConversationParams) NewResult() *ArchiveConversationResponse {
	return new(ArchiveConversationResponse)
}

// Method returns "sendUserMessage".
func (*SendUserMessageParams) Method() string { return "sendUserMessage" }

// NewResult returns an empty result.
func (*SendUserMessageParams) NewResult() *SendUserMessageResponse {
	return new(SendUserMessageResponse)
}

// Method returns "sendUserTurn".
func (*SendUserTurnParams) Method() string { return "sendUserTurn" }

// NewResult returns an empty result.
func (*SendUserTurnParams) NewResult() *SendUserTurnResponse { return new(SendUserTurnResponse) }

// Method returns "interruptConversation".
func (*InterruptConversationParams) Method() string { return "interruptConversation" }

// NewResult returns an empty result.
func (*InterruptConversationParams) NewResult() *InterruptConversationResponse {
	return new(InterruptConversationResponse)
}

// Method returns "addConversationListener".
func (*AddConversationListenerParams) Method() string { return "addConversationListener" }

// NewResult returns an empty result.
func (*AddConversationListenerParams) NewResult() *AddConversationSubscriptionResponse {
	return new(AddConversationSubscriptionResponse)
}

// Method returns "removeConversationListener".
func (*RemoveConversationListenerParams) Method() string { return "removeConversationListener" }

// NewResult returns an empty result.
func (*RemoveConversationListenerParams) NewResult() *RemoveConversationSubscriptionResponse {
	return new(RemoveConversationSubscriptionResponse)
}

// Method returns "gitDiffToRemote".
func (*GitDiffToRemoteParams) Method() string { return "gitDiffToRemote" }

// NewResult returns an empty result.
func (*GitDiffToRemoteParams) NewResult() *GitDiffToRemoteResponse {
	return new(GitDiffToRemoteResponse)
}

// Method returns "loginApiKey".
func (*LoginAPIKeyParams) Method() string { return "loginApiKey" }

// NewResult returns an empty result.
func (*LoginAPIKeyParams) NewResult() *LoginAPIKeyResponse { return new(LoginAPIKeyResponse) }

// Method returns "loginChatGpt".
func (*LoginChatGPTParams) Method() string { return "loginChatGpt" }

// NewResult returns an empty result.
func (*LoginChatGPTParams) NewResult() *LoginChatGPTResponse { return new(LoginChatGPTResponse) }

// Method returns "cancelLoginChatGpt".
func (*CancelLoginChatGPTParams) Method() string { return "cancelLoginChatGpt" }

// NewResult returns an empty result.
func (*CancelLoginChatGPTParams) NewResult() *CancelLoginChatGPTResponse {
	return new(CancelLoginChatGPTResponse)
}

// Method returns "logoutChatGpt".
func (*LogoutChatGPTParams) Method() string { return "logoutChatGpt" }

// NewResult returns an empty result.
func (*LogoutChatGPTParams) NewResult() *LogoutChatGPTResponse { return new(LogoutChatGPTResponse) }

// Method returns "getAuthStatus".
func (*GetAuthStatusParams) Method() string { return "getAuthStatus" }

// NewResult returns an empty result.
func (*GetAuthStatusParams) NewResult() *GetAuthStatusResponse { return new(GetAuthStatusResponse) }

// Method returns "getUserSavedConfig".
func (*GetUserSavedConfigParams) Method() string { return "getUserSavedConfig" }

// NewResult returns an empty result.
func (*GetUserSavedConfigParams) NewResult() *GetUserSavedConfigResponse {
	return new(GetUserSavedConfigResponse)
}

// Method returns "setDefaultModel".
func (*SetDefaultModelParams) Method() string { return "setDefaultModel" }

// NewResult returns an empty result.
func (*SetDefaultModelParams) NewResult() *SetDefaultModelResponse {
	return new(SetDefaultModelResponse)
}

// Method returns "getUserAgent".
func (*GetUserAgentParams) Method() string { return "getUserAgent" }

// NewResult returns an empty result.
func (*GetUserAgentParams) NewResult() *GetUserAgentResponse { return new(GetUserAgentResponse) }

// Method returns "userInfo".
func (*UserInfoParams) Method() string { return "userInfo" }

// NewResult returns an empty result.
func (*UserInfoParams) NewResult() *UserInfoResponse { return new(UserInfoResponse) }

// Method returns "fuzzyFileSearch".
func (*FuzzyFileSearchParams) Method() string { return "fuzzyFileSearch" }

// NewResult returns an empty result.
func (*FuzzyFileSearchParams) NewResult() *FuzzyFileSearchResponse {
	return new(FuzzyFileSearchResponse)
}

// Method returns "execOneOffCommand".
func (*ExecOneOffCommandParams) Method() string { return "execOneOffCommand" }

// NewResult returns an empty result.
func (*ExecOneOffCommandParams) NewResult() *ExecOneOffCommandResponse {
	return new(ExecOneOffCommandResponse)
}

// Method returns "execCommandApproval".
func (*ExecCommandApprovalParams) Method() string { return "execCommandApproval" }

// NewResult returns an empty result.
func (*ExecCommandApprovalParams) NewResult() *ExecCommandApprovalResponse {
	return new(ExecCommandApprovalResponse)
}

// Method returns "applyPatchApproval".
func (*ApplyPatchApprovalParams) Method() string { return "applyPatchApproval" }

// NewResult returns an empty result.
func (*ApplyPatchApprovalParams) NewResult() *ApplyPatchApprovalResponse {
	return new(ApplyPatchApprovalResponse)
}

func (*InitializeParams) isClientRequest()                 {}
func (*NewConversationParams) isClientRequest()            {}
func (*ListConversationsParams) isClientRequest()          {}
func (*ResumeConversationParams) isClientRequest()         {}
func (*ArchiveConversationParams) isClientRequest()        {}
func (*SendUserMessageParams) isClientRequest()            {}
func (*SendUserTurnParams) isClientRequest()               {}
func (*InterruptConversationParams) isClientRequest()      {}
func (*AddConversationListenerParams) isClientRequest()    {}
func (*RemoveConversationListenerParams) isClientRequest() {}
func (*GitDiffToRemoteParams) isClientRequest()            {}
func (*LoginAPIKeyParams) isClientRequest()                {}
func (*LoginChatGPTParams) isClientRequest()               {}
func (*CancelLoginChatGPTParams) isClientRequest()         {}
func (*LogoutChatGPTParams) isClientRequest()              {}
func (*GetAuthStatusParams) isClientRequest()              {}
func (*GetUserSavedConfigParams) isClientRequest()         {}
func (*SetDefaultModelParams) isClientRequest()            {}
func (*GetUserAgentParams) isClientRequest()               {}
func (*UserInfoParams) isClientRequest()                   {}
func (*FuzzyFileSearchParams) isClientRequest()            {}
func (*ExecOneOffCommandParams) isClientRequest()          {}
func (*ExecCommandApprovalParams) isServerRequest()        {}
func (*ApplyPatchApprovalParams) isServerRequest()         {}
