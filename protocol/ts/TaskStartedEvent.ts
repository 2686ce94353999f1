// GENERATED CODE! DO NOT MODIFY BY HAND!

/** TaskStartedEvent reports the start of a task. */
export type TaskStartedEvent = {
  /** In tokens. */
  model_context_window: number | null,
};
