// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { AskForApproval } from "./AskForApproval";
import type { Profile } from "./Profile";
import type { ReasoningEffort } from "./ReasoningEffort";
import type { ReasoningSummary } from "./ReasoningSummary";
import type { SandboxMode } from "./SandboxMode";
import type { SandboxSettings } from "./SandboxSettings";
import type { Tools } from "./Tools";
import type { Verbosity } from "./Verbosity";

/** UserSavedConfig is the part of config.toml that clients may set. */
export type UserSavedConfig = {
  approvalPolicy?: AskForApproval | null,
  sandboxMode?: SandboxMode | null,
  sandboxSettings?: SandboxSettings | null,
  model?: string | null,
  modelReasoningEffort?: ReasoningEffort | null,
  modelReasoningSummary?: ReasoningSummary | null,
  modelVerbosity?: Verbosity | null,
  tools?: Tools | null,
  profile?: string | null,
  profiles: { [key in string]?: Profile },
};
