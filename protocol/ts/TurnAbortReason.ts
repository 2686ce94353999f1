// GENERATED CODE! DO NOT MODIFY BY HAND!

/** TurnAbortReason says why a turn ended before its time. */
export type TurnAbortReason = "interrupted" | "replaced" | "review_ended";
