// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { TurnAbortReason } from "./TurnAbortReason";

/** TurnAbortedEvent reports that the running task was aborted. */
export type TurnAbortedEvent = { reason: TurnAbortReason, };
