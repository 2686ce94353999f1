// GENERATED CODE! DO NOT MODIFY BY HAND!

/** AgentMessageEvent is one finished text of the model. */
export type AgentMessageEvent = { message: string, };
