// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ReviewDecision } from "./ReviewDecision";

/** ApplyPatchApprovalResponse answers ApplyPatchApprovalParams. */
export type ApplyPatchApprovalResponse = { decision: ReviewDecision, };
