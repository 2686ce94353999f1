// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * TurnDiffEvent is the difference that the patches of the task have made so
 * far.
 */
export type TurnDiffEvent = { unified_diff: string, };
