// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ConversationId } from "./ConversationId";

/** InterruptConversationParams aborts the running turn. */
export type InterruptConversationParams = { conversationId: ConversationId, };
