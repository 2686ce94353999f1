// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { SandboxPolicy } from "./SandboxPolicy";

/** ExecOneOffCommandParams runs a command outside any conversation. */
export type ExecOneOffCommandParams = {
  command: Array<string>,
  timeoutMs?: number | null,
  cwd?: string | null,
  sandboxPolicy?: SandboxPolicy | null,
};
