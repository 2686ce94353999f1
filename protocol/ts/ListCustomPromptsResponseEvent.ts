// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { CustomPrompt } from "./CustomPrompt";

/** ListCustomPromptsResponseEvent answers a ListCustomPromptsOp. */
export type ListCustomPromptsResponseEvent = { custom_prompts: Array<CustomPrompt>, };
