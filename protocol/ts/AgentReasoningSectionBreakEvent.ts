// GENERATED CODE! DO NOT MODIFY BY HAND!

/** AgentReasoningSectionBreakEvent reports that a new summary begins. */
export type AgentReasoningSectionBreakEvent = Record<string, never>;
