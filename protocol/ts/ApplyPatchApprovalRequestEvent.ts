// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { FileChange } from "./FileChange";

/**
 * ApplyPatchApprovalRequestEvent asks the user whether a patch may be
 * applied.
 */
export type ApplyPatchApprovalRequestEvent = {
  call_id: string,
  changes: { [key in string]?: FileChange },
  reason?: string | null,
  grant_root?: string | null,
};
