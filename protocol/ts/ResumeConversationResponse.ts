// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ConversationId } from "./ConversationId";
import type { EventMsg } from "./EventMsg";

/** ResumeConversationResponse answers ResumeConversationParams. */
export type ResumeConversationResponse = {
  conversationId: ConversationId,
  model: string,
  /** The recorded events. */
  initialMessages: Array<EventMsg>,
};
