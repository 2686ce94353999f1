// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { RateLimitSnapshot } from "./RateLimitSnapshot";
import type { TokenUsageInfo } from "./TokenUsageInfo";

/** TokenCountEvent reports the token account and the rate limits. */
export type TokenCountEvent = { info: TokenUsageInfo | null, rate_limits: RateLimitSnapshot | null, };
