package protocol

// ServerRequest is the parameters of a request from the server to the client,
// one type for each method. (spec: app-server, requests from server to client)
type ServerRequest interface {
	// Method returns the method's name.
	Method() string
	isServerRequest()
}

// ExecCommandApprovalParams asks whether a command may run.
type ExecCommandApprovalParams struct {
	ConversationID ConversationID `json:"conversationId"`
	CallID         string         `json:"callId"`
	Command        []string       `json:"command"`
	Cwd            string         `json:"cwd"`
	Reason         string         `json:"reason,omitzero"`
}

// ExecCommandApprovalResponse answers [*ExecCommandApprovalParams].
type ExecCommandApprovalResponse struct {
	Decision ReviewDecision `json:"decision"`
}

// ApplyPatchApprovalParams asks whether a patch may be applied.
type ApplyPatchApprovalParams struct {
	ConversationID ConversationID `json:"conversationId"`
	CallID         string         `json:"callId"`
	FileChanges    FileChanges    `json:"fileChanges"`
	Reason         string         `json:"reason,omitzero"`
	GrantRoot      string         `json:"grantRoot,omitzero"`
}

// ApplyPatchApprovalResponse answers [*ApplyPatchApprovalParams].
type ApplyPatchApprovalResponse struct {
	Decision ReviewDecision `json:"decision"`
}
