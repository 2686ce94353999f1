// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ConversationId } from "./ConversationId";

/** ConversationSummary describes a recorded conversation. */
export type ConversationSummary = {
  conversationId: ConversationId,
  path: string,
  preview: string,
  timestamp?: string | null,
};
