// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ReviewDecision } from "./ReviewDecision";

/** ExecCommandApprovalResponse answers ExecCommandApprovalParams. */
export type ExecCommandApprovalResponse = { decision: ReviewDecision, };
