// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ConversationId } from "./ConversationId";
import type { FileChange } from "./FileChange";

/** ApplyPatchApprovalParams asks whether a patch may be applied. */
export type ApplyPatchApprovalParams = {
  conversationId: ConversationId,
  callId: string,
  fileChanges: { [key in string]?: FileChange },
  reason?: string | null,
  grantRoot?: string | null,
};
