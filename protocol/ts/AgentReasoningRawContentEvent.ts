// GENERATED CODE! DO NOT MODIFY BY HAND!

/** AgentReasoningRawContentEvent is one finished piece of raw reasoning. */
export type AgentReasoningRawContentEvent = { text: string, };
