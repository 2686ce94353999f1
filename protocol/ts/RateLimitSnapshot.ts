// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { RateLimitWindow } from "./RateLimitWindow";

/**
 * RateLimitSnapshot is the state of the account's rate limits as the last
 * response told it.
 */
export type RateLimitSnapshot = { primary: RateLimitWindow | null, secondary: RateLimitWindow | null, };
