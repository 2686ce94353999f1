// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ConversationId } from "./ConversationId";

/** ConversationPathResponseEvent answers a GetPathOp. */
export type ConversationPathResponseEvent = { conversation_id: ConversationId, path: string, };
