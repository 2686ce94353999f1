// GENERATED CODE! DO NOT MODIFY BY HAND!

/** BackgroundEventEvent tells about something beside the turn. */
export type BackgroundEventEvent = { message: string, };
