// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ConversationSummary } from "./ConversationSummary";

/** ListConversationsResponse is one page, newest first. */
export type ListConversationsResponse = { items: Array<ConversationSummary>, nextCursor?: string | null, };
