// GENERATED CODE! DO NOT MODIFY BY HAND!

/** TokenUsage counts the tokens of one or more model calls. */
export type TokenUsage = {
  input_tokens: number,
  cached_input_tokens: number,
  output_tokens: number,
  reasoning_output_tokens: number,
  total_tokens: number,
};
