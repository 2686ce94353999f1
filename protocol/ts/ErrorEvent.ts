// GENERATED CODE! DO NOT MODIFY BY HAND!

/** ErrorEvent reports what ended a turn, or what went wrong at the start. */
export type ErrorEvent = { message: string, };
