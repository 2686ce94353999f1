// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ConversationId } from "./ConversationId";
import type { InputItem } from "./InputItem";

/** SendUserMessageParams submits input with the conversation's settings. */
export type SendUserMessageParams = { conversationId: ConversationId, items: Array<InputItem>, };
