// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { NewConversationParams } from "./NewConversationParams";

/** ResumeConversationParams continues a recorded conversation. */
export type ResumeConversationParams = { path: string, overrides?: NewConversationParams | null, };
