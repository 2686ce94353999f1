// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ApplyPatchApprovalResponse } from "./ApplyPatchApprovalResponse";
import type { ExecCommandApprovalResponse } from "./ExecCommandApprovalResponse";

/** The results that clients give to the requests of the server, by method. */
export type ServerResults = {
  execCommandApproval: ExecCommandApprovalResponse,
  applyPatchApproval: ApplyPatchApprovalResponse,
};
