// GENERATED CODE! DO NOT MODIFY BY HAND!

/** RateLimitWindow is one rate limit. */
export type RateLimitWindow = {
  /** 0 to 100. */
  used_percent: number,
  window_minutes: number | null,
  resets_in_seconds: number | null,
};
