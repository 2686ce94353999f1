// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { AskForApproval } from "./AskForApproval";
import type { ReasoningEffort } from "./ReasoningEffort";
import type { ReasoningSummary } from "./ReasoningSummary";
import type { Verbosity } from "./Verbosity";

/**
 * Profile is a table of profiles. Every member is written, null when it is
 * not set.
 */
export type Profile = {
  model: string | null,
  modelProvider: string | null,
  approvalPolicy: AskForApproval | null,
  modelReasoningEffort: ReasoningEffort | null,
  modelReasoningSummary: ReasoningSummary | null,
  modelVerbosity: Verbosity | null,
  chatgptBaseUrl: string | null,
};
