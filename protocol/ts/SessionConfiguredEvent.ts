// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ConversationId } from "./ConversationId";
import type { EventMsg } from "./EventMsg";
import type { ReasoningEffort } from "./ReasoningEffort";

/**
 * SessionConfiguredEvent is the first event of every conversation.
 * initial_messages is missing for a new one and a list for a resumed one.
 */
export type SessionConfiguredEvent = {
  session_id: ConversationId,
  model: string,
  reasoning_effort?: ReasoningEffort | null,
  history_log_id: number,
  history_entry_count: number,
  initial_messages?: Array<EventMsg> | null,
  rollout_path: string,
};
