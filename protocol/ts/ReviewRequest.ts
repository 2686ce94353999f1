// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * ReviewRequest asks for a review. It is also the payload of the event that
 * reports the start of one.
 */
export type ReviewRequest = { prompt: string, user_facing_hint: string, };
