// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { AgentMessageDeltaEvent } from "./AgentMessageDeltaEvent";
import type { AgentMessageEvent } from "./AgentMessageEvent";
import type { AgentReasoningDeltaEvent } from "./AgentReasoningDeltaEvent";
import type { AgentReasoningEvent } from "./AgentReasoningEvent";
import type { AgentReasoningRawContentDeltaEvent } from "./AgentReasoningRawContentDeltaEvent";
import type { AgentReasoningRawContentEvent } from "./AgentReasoningRawContentEvent";
import type { ApplyPatchApprovalRequestEvent } from "./ApplyPatchApprovalRequestEvent";
import type { BackgroundEventEvent } from "./BackgroundEventEvent";
import type { ConversationId } from "./ConversationId";
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
 * EventNotification carries an event of a conversation; id is the submission
 * that caused it. Servers of a newer release may send events that are not
 * listed.
 */
export type EventNotification =
  | {
      "method": "codex/event/session_configured",
      params: {
        id: string,
        msg: { "type": "session_configured" } & SessionConfiguredEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/error",
      params: { id: string, msg: { "type": "error" } & ErrorEvent, conversationId: ConversationId, },
    }
  | {
      "method": "codex/event/stream_error",
      params: {
        id: string,
        msg: { "type": "stream_error" } & StreamErrorEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/task_started",
      params: {
        id: string,
        msg: { "type": "task_started" } & TaskStartedEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/task_complete",
      params: {
        id: string,
        msg: { "type": "task_complete" } & TaskCompleteEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/turn_aborted",
      params: {
        id: string,
        msg: { "type": "turn_aborted" } & TurnAbortedEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/token_count",
      params: {
        id: string,
        msg: { "type": "token_count" } & TokenCountEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/user_message",
      params: {
        id: string,
        msg: { "type": "user_message" } & UserMessageEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/agent_message",
      params: {
        id: string,
        msg: { "type": "agent_message" } & AgentMessageEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/agent_message_delta",
      params: {
        id: string,
        msg: { "type": "agent_message_delta" } & AgentMessageDeltaEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/agent_reasoning",
      params: {
        id: string,
        msg: { "type": "agent_reasoning" } & AgentReasoningEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/agent_reasoning_delta",
      params: {
        id: string,
        msg: { "type": "agent_reasoning_delta" } & AgentReasoningDeltaEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/agent_reasoning_section_break",
      params: {
        id: string,
        msg: { "type": "agent_reasoning_section_break" },
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/agent_reasoning_raw_content",
      params: {
        id: string,
        msg: { "type": "agent_reasoning_raw_content" } & AgentReasoningRawContentEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/agent_reasoning_raw_content_delta",
      params: {
        id: string,
        msg: { "type": "agent_reasoning_raw_content_delta" } & AgentReasoningRawContentDeltaEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/mcp_tool_call_begin",
      params: {
        id: string,
        msg: { "type": "mcp_tool_call_begin" } & McpToolCallBeginEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/mcp_tool_call_end",
      params: {
        id: string,
        msg: { "type": "mcp_tool_call_end" } & McpToolCallEndEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/web_search_begin",
      params: {
        id: string,
        msg: { "type": "web_search_begin" } & WebSearchBeginEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/web_search_end",
      params: {
        id: string,
        msg: { "type": "web_search_end" } & WebSearchEndEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/exec_command_begin",
      params: {
        id: string,
        msg: { "type": "exec_command_begin" } & ExecCommandBeginEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/exec_command_output_delta",
      params: {
        id: string,
        msg: { "type": "exec_command_output_delta" } & ExecCommandOutputDeltaEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/exec_command_end",
      params: {
        id: string,
        msg: { "type": "exec_command_end" } & ExecCommandEndEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/exec_approval_request",
      params: {
        id: string,
        msg: { "type": "exec_approval_request" } & ExecApprovalRequestEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/apply_patch_approval_request",
      params: {
        id: string,
        msg: { "type": "apply_patch_approval_request" } & ApplyPatchApprovalRequestEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/patch_apply_begin",
      params: {
        id: string,
        msg: { "type": "patch_apply_begin" } & PatchApplyBeginEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/patch_apply_end",
      params: {
        id: string,
        msg: { "type": "patch_apply_end" } & PatchApplyEndEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/turn_diff",
      params: { id: string, msg: { "type": "turn_diff" } & TurnDiffEvent, conversationId: ConversationId, },
    }
  | {
      "method": "codex/event/background_event",
      params: {
        id: string,
        msg: { "type": "background_event" } & BackgroundEventEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/plan_update",
      params: {
        id: string,
        msg: { "type": "plan_update" } & UpdatePlanArgs,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/get_history_entry_response",
      params: {
        id: string,
        msg: { "type": "get_history_entry_response" } & GetHistoryEntryResponseEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/mcp_list_tools_response",
      params: {
        id: string,
        msg: { "type": "mcp_list_tools_response" } & McpListToolsResponseEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/list_custom_prompts_response",
      params: {
        id: string,
        msg: { "type": "list_custom_prompts_response" } & ListCustomPromptsResponseEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/conversation_path",
      params: {
        id: string,
        msg: { "type": "conversation_path" } & ConversationPathResponseEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/entered_review_mode",
      params: {
        id: string,
        msg: { "type": "entered_review_mode" } & ReviewRequest,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/exited_review_mode",
      params: {
        id: string,
        msg: { "type": "exited_review_mode" } & ExitedReviewModeEvent,
        conversationId: ConversationId,
      },
    }
  | {
      "method": "codex/event/shutdown_complete",
      params: { id: string, msg: { "type": "shutdown_complete" }, conversationId: ConversationId, },
    }
  | {
      "method": "codex/event/view_image_tool_call",
      params: {
        id: string,
        msg: { "type": "view_image_tool_call" } & ViewImageToolCallEvent,
        conversationId: ConversationId,
      },
    };
