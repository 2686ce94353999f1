// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { AgentMessageDeltaEvent } from "./AgentMessageDeltaEvent";
import type { AgentMessageEvent } from "./AgentMessageEvent";
import type { AgentReasoningDeltaEvent } from "./AgentReasoningDeltaEvent";
import type { AgentReasoningEvent } from "./AgentReasoningEvent";
import type { AgentReasoningRawContentDeltaEvent } from "./AgentReasoningRawContentDeltaEvent";
import type { AgentReasoningRawContentEvent } from "./AgentReasoningRawContentEvent";
import type { ApplyPatchApprovalRequestEvent } from "./ApplyPatchApprovalRequestEvent";
import type { BackgroundEventEvent } from "./BackgroundEventEvent";
import type { ConversationPathResponseEvent } from "./ConversationPathResponseEvent";
import type { ErrorEvent } from "./ErrorEvent";
import type { ExecApprovalRequestEvent } from "./ExecApprovalRequestEvent";
import type { ExecCommandBeginEvent } from "./ExecCommandBeginEvent";
import type { ExecCommandEndEvent } from "./ExecCommandEndEvent";
import type { ExecCommandOutputDeltaEvent } from "./ExecCommandOutputDeltaEvent";
import type { ExitedReviewModeEvent } from "./ExitedReviewModeEvent";
import type { GetHistoryEntryResponseEvent } from "./GetHistoryEntryResponseEvent";
import type { ListCustomPromptsResponseEvent } from "./ListCustomPromptsResponseEvent";
import type { McpListToolsResponseEvent } from "./McpListToolsResponseEvent";
import type { McpToolCallBeginEvent } from "./McpToolCallBeginEvent";
import type { McpToolCallEndEvent } from "./McpToolCallEndEvent";
import type { PatchApplyBeginEvent } from "./PatchApplyBeginEvent";
import type { PatchApplyEndEvent } from "./PatchApplyEndEvent";
import type { ReviewRequest } from "./ReviewRequest";
import type { SessionConfiguredEvent } from "./SessionConfiguredEvent";
import type { StreamErrorEvent } from "./StreamErrorEvent";
import type { TaskCompleteEvent } from "./TaskCompleteEvent";
import type { TaskStartedEvent } from "./TaskStartedEvent";
import type { TokenCountEvent } from "./TokenCountEvent";
import type { TurnAbortedEvent } from "./TurnAbortedEvent";
import type { TurnDiffEvent } from "./TurnDiffEvent";
import type { UpdatePlanArgs } from "./UpdatePlanArgs";
import type { UserMessageEvent } from "./UserMessageEvent";
import type { ViewImageToolCallEvent } from "./ViewImageToolCallEvent";
import type { WebSearchBeginEvent } from "./WebSearchBeginEvent";
import type { WebSearchEndEvent } from "./WebSearchEndEvent";

/**
 * EventMsg is what a conversation reports, tagged by "type". The tag is also
 * the end of the app-server's notification method, codex/event/<type>.
 */
export type EventMsg =
  | { "type": "session_configured" } & SessionConfiguredEvent
  | { "type": "error" } & ErrorEvent
  | { "type": "stream_error" } & StreamErrorEvent
  | { "type": "task_started" } & TaskStartedEvent
  | { "type": "task_complete" } & TaskCompleteEvent
  | { "type": "turn_aborted" } & TurnAbortedEvent
  | { "type": "token_count" } & TokenCountEvent
  | { "type": "user_message" } & UserMessageEvent
  | { "type": "agent_message" } & AgentMessageEvent
  | { "type": "agent_message_delta" } & AgentMessageDeltaEvent
  | { "type": "agent_reasoning" } & AgentReasoningEvent
  | { "type": "agent_reasoning_delta" } & AgentReasoningDeltaEvent
  | { "type": "agent_reasoning_section_break" }
  | { "type": "agent_reasoning_raw_content" } & AgentReasoningRawContentEvent
  | { "type": "agent_reasoning_raw_content_delta" } & AgentReasoningRawContentDeltaEvent
  | { "type": "mcp_tool_call_begin" } & McpToolCallBeginEvent
  | { "type": "mcp_tool_call_end" } & McpToolCallEndEvent
  | { "type": "web_search_begin" } & WebSearchBeginEvent
  | { "type": "web_search_end" } & WebSearchEndEvent
  | { "type": "exec_command_begin" } & ExecCommandBeginEvent
  | { "type": "exec_command_output_delta" } & ExecCommandOutputDeltaEvent
  | { "type": "exec_command_end" } & ExecCommandEndEvent
  | { "type": "exec_approval_request" } & ExecApprovalRequestEvent
  | { "type": "apply_patch_approval_request" } & ApplyPatchApprovalRequestEvent
  | { "type": "patch_apply_begin" } & PatchApplyBeginEvent
  | { "type": "patch_apply_end" } & PatchApplyEndEvent
  | { "type": "turn_diff" } & TurnDiffEvent
  | { "type": "background_event" } & BackgroundEventEvent
  | { "type": "plan_update" } & UpdatePlanArgs
  | { "type": "get_history_entry_response" } & GetHistoryEntryResponseEvent
  | { "type": "mcp_list_tools_response" } & McpListToolsResponseEvent
  | { "type": "list_custom_prompts_response" } & ListCustomPromptsResponseEvent
  | { "type": "conversation_path" } & ConversationPathResponseEvent
  | { "type": "entered_review_mode" } & ReviewRequest
  | { "type": "exited_review_mode" } & ExitedReviewModeEvent
  | { "type": "shutdown_complete" }
  | { "type": "view_image_tool_call" } & ViewImageToolCallEvent;
