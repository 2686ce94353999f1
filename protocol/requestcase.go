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
	Method() string
}]() wire.Case {
	return wire.Request[C, R](P(new(C)).Method())
}

// Method returns "initialize".
func (*InitializeParams) Method() string { return "initialize" }

// Method returns "newConversation".
func (*NewConversationParams) Method() string { return "newConversation" }

// Method returns "listConversations".
func (*ListConversationsParams) Method() string { return "listConversations" }

// Method returns "resumeConversation".
func (*ResumeConversationParams) Method() string { return "resumeConversation" }

// Method returns "archiveConversation".
func (*ArchiveConversationParams) Method() string { return "archiveConversation" }

// Method returns "sendUserMessage".
func (*SendUserMessageParams) Method() string { return "sendUserMessage" }

// Method returns "sendUserTurn".
func (*SendUserTurnParams) Method() string { return "sendUserTurn" }

// Method returns "interruptConversation".
func (*InterruptConversationParams) Method() string { return "interruptConversation" }

// Method returns "addConversationListener".
func (*AddConversationListenerParams) Method() string { return "addConversationListener" }

// Method returns "removeConversationListener".
func (*RemoveConversationListenerParams) Method() string { return "removeConversationListener" }

// Method returns "gitDiffToRemote".
func (*GitDiffToRemoteParams) Method() string { return "gitDiffToRemote" }

// Method returns "loginApiKey".
func (*LoginAPIKeyParams) Method() string { return "loginApiKey" }

// Method returns "loginChatGpt".
func (*LoginChatGPTParams) Method() string { return "loginChatGpt" }

// Method returns "cancelLoginChatGpt".
func (*CancelLoginChatGPTParams) Method() string { return "cancelLoginChatGpt" }

// Method returns "logoutChatGpt".
func (*LogoutChatGPTParams) Method() string { return "logoutChatGpt" }

// Method returns "getAuthStatus".
func (*GetAuthStatusParams) Method() string { return "getAuthStatus" }

// Method returns "getUserSavedConfig".
func (*GetUserSavedConfigParams) Method() string { return "getUserSavedConfig" }

// Method returns "setDefaultModel".
func (*SetDefaultModelParams) Method() string { return "setDefaultModel" }

// Method returns "getUserAgent".
func (*GetUserAgentParams) Method() string { return "getUserAgent" }

// Method returns "userInfo".
func (*UserInfoParams) Method() string { return "userInfo" }

// Method returns "fuzzyFileSearch".
func (*FuzzyFileSearchParams) Method() string { return "fuzzyFileSearch" }

// Method returns "execOneOffCommand".
func (*ExecOneOffCommandParams) Method() string { return "execOneOffCommand" }

// Method returns "execCommandApproval".
func (*ExecCommandApprovalParams) Method() string { return "execCommandApproval" }

// Method returns "applyPatchApproval".
func (*ApplyPatchApprovalParams) Method() string { return "applyPatchApproval" }

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
