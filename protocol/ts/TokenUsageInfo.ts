// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { TokenUsage } from "./TokenUsage";

/** TokenUsageInfo is the token account of a conversation. */
export type TokenUsageInfo = {
  total_token_usage: TokenUsage,
  last_token_usage: TokenUsage,
  model_context_window: number | null,
};
