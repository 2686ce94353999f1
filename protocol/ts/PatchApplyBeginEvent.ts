// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { FileChange } from "./FileChange";

/**
 * PatchApplyBeginEvent precedes a patch. auto_approved is false only when the
 * user approved this very patch.
 */
export type PatchApplyBeginEvent = {
  call_id: string,
  auto_approved: boolean,
  changes: { [key in string]?: FileChange },
};
