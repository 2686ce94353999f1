// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ConversationId } from "./ConversationId";

/**
 * ArchiveConversationParams ends a conversation and moves its rollout away.
 */
export type ArchiveConversationParams = { conversationId: ConversationId, rolloutPath: string, };
