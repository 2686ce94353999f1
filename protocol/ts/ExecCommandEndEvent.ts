// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { Duration } from "./Duration";

/** ExecCommandEndEvent follows a command, also one that failed. */
export type ExecCommandEndEvent = {
  call_id: string,
  stdout: string,
  stderr: string,
  /** Both streams as they came. */
  aggregated_output: string,
  exit_code: number,
  duration: Duration,
  /** The text that the model gets. */
  formatted_output: string,
};
