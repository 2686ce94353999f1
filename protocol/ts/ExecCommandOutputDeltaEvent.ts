// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ExecOutputStream } from "./ExecOutputStream";

/**
 * ExecCommandOutputDeltaEvent is a piece of a command's output, at most 8192
 * bytes. It may split a character.
 */
export type ExecCommandOutputDeltaEvent = {
  call_id: string,
  stream: ExecOutputStream,
  /** Base64 on the wire. */
  chunk: string,
};
