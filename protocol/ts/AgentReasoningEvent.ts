// GENERATED CODE! DO NOT MODIFY BY HAND!

/** AgentReasoningEvent is one finished summary of the model's reasoning. */
export type AgentReasoningEvent = { text: string, };
