// GENERATED CODE! DO NOT MODIFY BY HAND!

/** StreamErrorEvent reports a failed model call that will be retried. */
export type StreamErrorEvent = { message: string, };
