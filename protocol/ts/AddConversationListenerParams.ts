// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ConversationId } from "./ConversationId";

/** AddConversationListenerParams subscribes to a conversation's events. */
export type AddConversationListenerParams = { conversationId: ConversationId, };
