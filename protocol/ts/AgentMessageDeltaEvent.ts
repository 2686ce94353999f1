// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * AgentMessageDeltaEvent is a piece of the text that the model is writing.
 */
export type AgentMessageDeltaEvent = { delta: string, };
