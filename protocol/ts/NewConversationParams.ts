// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { AskForApproval } from "./AskForApproval";
import type { SandboxMode } from "./SandboxMode";
import type { JsonValue } from "./serde_json/JsonValue";

/** NewConversationParams starts a conversation. Every field is optional. */
export type NewConversationParams = {
  model?: string | null,
  profile?: string | null,
  cwd?: string | null,
  approvalPolicy?: AskForApproval | null,
  sandbox?: SandboxMode | null,
  /** By dotted path. */
  config?: { [key in string]?: JsonValue } | null,
  baseInstructions?: string | null,
  includePlanTool?: boolean | null,
  includeApplyPatchTool?: boolean | null,
};
