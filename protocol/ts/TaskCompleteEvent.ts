// GENERATED CODE! DO NOT MODIFY BY HAND!

/** TaskCompleteEvent reports the end of a task that was not aborted. */
export type TaskCompleteEvent = { last_agent_message: string | null, };
