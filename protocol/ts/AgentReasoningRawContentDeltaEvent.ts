// GENERATED CODE! DO NOT MODIFY BY HAND!

/** AgentReasoningRawContentDeltaEvent is a piece of raw reasoning. */
export type AgentReasoningRawContentDeltaEvent = { delta: string, };
