// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ConversationId } from "./ConversationId";

/** ExecCommandApprovalParams asks whether a command may run. */
export type ExecCommandApprovalParams = {
  conversationId: ConversationId,
  callId: string,
  command: Array<string>,
  cwd: string,
  reason?: string | null,
};
