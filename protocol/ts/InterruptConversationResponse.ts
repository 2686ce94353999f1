// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { TurnAbortReason } from "./TurnAbortReason";

/**
 * InterruptConversationResponse answers InterruptConversationParams when the
 * turn has ended.
 */
export type InterruptConversationResponse = { abortReason: TurnAbortReason, };
