package protocol

import "github.com/codex-go/codex/mcptypes/wire"

// eventUnion names the events. A new event is added here; its tag is what its
// method EventType says.
var eventUnion = wire.Register[EventMsg](wire.Internal("type"),
	eventCase[SessionConfiguredEvent](),
	eventCase[ErrorEvent](),
	eventCase[StreamErrorEvent](),
	eventCase[TaskStartedEvent](),
	eventCase[TaskCompleteEvent](),
	eventCase[TurnAbortedEvent](),
	eventCase[TokenCountEvent](),
	eventCase[UserMessageEvent](),
	eventCase[AgentMessageEvent](),
	eventCase[AgentMessageDeltaEvent](),
	eventCase[AgentReasoningEvent](),
	eventCase[AgentReasoningDeltaEvent](),
	eventCase[AgentReasoningSectionBreakEvent](),
	eventCase[AgentReasoningRawContentEvent](),
	eventCase[AgentReasoningRawContentDeltaEvent](),
	eventCase[McpToolCallBeginEvent](),
	eventCase[McpToolCallEndEvent](),
	eventCase[WebSearchBeginEvent](),
	eventCase[WebSearchEndEvent](),
	eventCase[ExecCommandBeginEvent](),
	eventCase[ExecCommandOutputDeltaEvent](),
	eventCase[ExecCommandEndEvent](),
	eventCase[ExecApprovalRequestEvent](),
	eventCase[ApplyPatchApprovalRequestEvent](),
	eventCase[PatchApplyBeginEvent](),
	eventCase[PatchApplyEndEvent](),
	eventCase[TurnDiffEvent](),
	eventCase[BackgroundEvent](),
	eventCase[PlanUpdateEvent](),
	eventCase[GetHistoryEntryResponseEvent](),
	eventCase[McpListToolsResponseEvent](),
	eventCase[ListCustomPromptsResponseEvent](),
	eventCase[ConversationPathEvent](),
	eventCase[EnteredReviewModeEvent](),
	eventCase[ExitedReviewModeEvent](),
	eventCase[ShutdownCompleteEvent](),
	eventCase[ViewImageToolCallEvent](),
	wire.Unknown[UnknownEvent](),
)

// eventCase is the case of the event type C.
func eventCase[C any, P interface {
	*C
	EventMsg
}]() wire.Case {
	return wire.Of[C](P(new(C)).EventType())
}

// EventType returns "session_configured".
func (*SessionConfiguredEvent) EventType() string { return "session_configured" }

// EventType returns "error".
func (*ErrorEvent) EventType() string { return "error" }

// EventType returns "stream_error".
func (*StreamErrorEvent) EventType() string { return "stream_error" }

// EventType returns "task_started".
func (*TaskStartedEvent) EventType() string { return "task_started" }

// EventType returns "task_complete".
func (*TaskCompleteEvent) EventType() string { return "task_complete" }

// EventType returns "turn_aborted".
func (*TurnAbortedEvent) EventType() string { return "turn_aborted" }

// EventType returns "token_count".
func (*TokenCountEvent) EventType() string { return "token_count" }

// EventType returns "user_message".
func (*UserMessageEvent) EventType() string { return "user_message" }

// EventType returns "agent_message".
func (*AgentMessageEvent) EventType() string { return "agent_message" }

// EventType returns "agent_message_delta".
func (*AgentMessageDeltaEvent) EventType() string { return "agent_message_delta" }

// EventType returns "agent_reasoning".
func (*AgentReasoningEvent) EventType() string { return "agent_reasoning" }

// EventType returns "agent_reasoning_delta".
func (*AgentReasoningDeltaEvent) EventType() string { return "agent_reasoning_delta" }

// EventType returns "agent_reasoning_section_break".
func (*AgentReasoningSectionBreakEvent) EventType() string { return "agent_reasoning_section_break" }

// EventType returns "agent_reasoning_raw_content".
func (*AgentReasoningRawContentEvent) EventType() string { return "agent_reasoning_raw_content" }

// EventType returns "agent_reasoning_raw_content_delta".
func (*AgentReasoningRawContentDeltaEvent) EventType() string {
	return "agent_reasoning_raw_content_delta"
}

// EventType returns "mcp_tool_call_begin".
func (*McpToolCallBeginEvent) EventType() string { return "mcp_tool_call_begin" }

// EventType returns "mcp_tool_call_end".
func (*McpToolCallEndEvent) EventType() string { return "mcp_tool_call_end" }

// EventType returns "web_search_begin".
func (*WebSearchBeginEvent) EventType() string { return "web_search_begin" }

// EventType returns "web_search_end".
func (*WebSearchEndEvent) EventType() string { return "web_search_end" }

// EventType returns "exec_command_begin".
func (*ExecCommandBeginEvent) EventType() string { return "exec_command_begin" }

// EventType returns "exec_command_output_delta".
func (*ExecCommandOutputDeltaEvent) EventType() string { return "exec_command_output_delta" }

// EventType returns "exec_command_end".
func (*ExecCommandEndEvent) EventType() string { return "exec_command_end" }

// EventType returns "exec_approval_request".
func (*ExecApprovalRequestEvent) EventType() string { return "exec_approval_request" }

// EventType returns "apply_patch_approval_request".
func (*ApplyPatchApprovalRequestEvent) EventType() string { return "apply_patch_approval_request" }

// EventType returns "patch_apply_begin".
func (*PatchApplyBeginEvent) EventType() string { return "patch_apply_begin" }

// EventType returns "patch_apply_end".
func (*PatchApplyEndEvent) EventType() string { return "patch_apply_end" }

// EventType returns "turn_diff".
func (*TurnDiffEvent) EventType() string { return "turn_diff" }

// EventType returns "background_event".
func (*BackgroundEvent) EventType() string { return "background_event" }

// EventType returns "plan_update".
func (*PlanUpdateEvent) EventType() string { return "plan_update" }

// EventType returns "get_history_entry_response".
func (*GetHistoryEntryResponseEvent) EventType() string { return "get_history_entry_response" }

// EventType returns "mcp_list_tools_response".
func (*McpListToolsResponseEvent) EventType() string { return "mcp_list_tools_response" }

// EventType returns "list_custom_prompts_response".
func (*ListCustomPromptsResponseEvent) EventType() string { return "list_custom_prompts_response" }

// EventType returns "conversation_path".
func (*ConversationPathEvent) EventType() string { return "conversation_path" }

// EventType returns "entered_review_mode".
func (*EnteredReviewModeEvent) EventType() string { return "entered_review_mode" }

// EventType returns "exited_review_mode".
func (*ExitedReviewModeEvent) EventType() string { return "exited_review_mode" }

// EventType returns "shutdown_complete".
func (*ShutdownCompleteEvent) EventType() string { return "shutdown_complete" }

// EventType returns "view_image_tool_call".
func (*ViewImageToolCallEvent) EventType() string { return "view_image_tool_call" }

// EventType returns the tag of the event as it came.
func (e *UnknownEvent) EventType() string { return e.Type }

func (*SessionConfiguredEvent) isEventMsg()             {}
func (*ErrorEvent) isEventMsg()                         {}
func (*StreamErrorEvent) isEventMsg()                   {}
func (*TaskStartedEvent) isEventMsg()                   {}
func (*TaskCompleteEvent) isEventMsg()                  {}
func (*TurnAbortedEvent) isEventMsg()                   {}
func (*TokenCountEvent) isEventMsg()                    {}
func (*UserMessageEvent) isEventMsg()                   {}
func (*AgentMessageEvent) isEventMsg()                  {}
func (*AgentMessageDeltaEvent) isEventMsg()             {}
func (*AgentReasoningEvent) isEventMsg()                {}
func (*AgentReasoningDeltaEvent) isEventMsg()           {}
func (*AgentReasoningSectionBreakEvent) isEventMsg()    {}
func (*AgentReasoningRawContentEvent) isEventMsg()      {}
func (*AgentReasoningRawContentDeltaEvent) isEventMsg() {}
func (*McpToolCallBeginEvent) isEventMsg()              {}
func (*McpToolCallEndEvent) isEventMsg()                {}
func (*WebSearchBeginEvent) isEventMsg()                {}
func (*WebSearchEndEvent) isEventMsg()                  {}
func (*ExecCommandBeginEvent) isEventMsg()              {}
func (*ExecCommandOutputDeltaEvent) isEventMsg()        {}
func (*ExecCommandEndEvent) isEventMsg()                {}
func (*ExecApprovalRequestEvent) isEventMsg()           {}
func (*ApplyPatchApprovalRequestEvent) isEventMsg()     {}
func (*PatchApplyBeginEvent) isEventMsg()               {}
func (*PatchApplyEndEvent) isEventMsg()                 {}
func (*TurnDiffEvent) isEventMsg()                      {}
func (*BackgroundEvent) isEventMsg()                    {}
func (*PlanUpdateEvent) isEventMsg()                    {}
func (*GetHistoryEntryResponseEvent) isEventMsg()       {}
func (*McpListToolsResponseEvent) isEventMsg()          {}
func (*ListCustomPromptsResponseEvent) isEventMsg()     {}
func (*ConversationPathEvent) isEventMsg()              {}
func (*EnteredReviewModeEvent) isEventMsg()             {}
func (*ExitedReviewModeEvent) isEventMsg()              {}
func (*ShutdownCompleteEvent) isEventMsg()              {}
func (*ViewImageToolCallEvent) isEventMsg()             {}
func (*UnknownEvent) isEventMsg()                       {}
