// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ConversationId } from "./ConversationId";
import type { EventMsg } from "./EventMsg";
import type { ReasoningEffort } from "./ReasoningEffort";

/**
 * SessionConfiguredNotification precedes the response to resumeConversation.
 */
export type SessionConfiguredNotification = {
  sessionId: ConversationId,
  model: string,
  reasoningEffort?: ReasoningEffort | null,
  historyLogId: number,
  historyEntryCount: number,
  /** The recorded events. */
  initialMessages: Array<EventMsg>,
  rolloutPath: string,
};
