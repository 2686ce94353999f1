// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ApplyPatchApprovalParams } from "./ApplyPatchApprovalParams";
import type { ExecCommandApprovalParams } from "./ExecCommandApprovalParams";
import type { RequestId } from "./RequestId";

/**
 * ServerRequest is a request from the server to the client. ServerResults has
 * the result of each.
 */
export type ServerRequest =
  | { "method": "execCommandApproval", id: RequestId, params: ExecCommandApprovalParams, }
  | { "method": "applyPatchApproval", id: RequestId, params: ApplyPatchApprovalParams, };
