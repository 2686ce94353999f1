// GENERATED CODE! DO NOT MODIFY BY HAND!

/** AgentReasoningDeltaEvent is a piece of a reasoning summary. */
export type AgentReasoningDeltaEvent = { delta: string, };
