// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ConversationId } from "./ConversationId";
import type { ReasoningEffort } from "./ReasoningEffort";

/** NewConversationResponse answers NewConversationParams. */
export type NewConversationResponse = {
  conversationId: ConversationId,
  model: string,
  reasoningEffort?: ReasoningEffort | null,
  rolloutPath: string,
};
