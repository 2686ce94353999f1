// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ReasoningEffort } from "./ReasoningEffort";

/**
 * SetDefaultModelParams saves the model of new conversations. A missing
 * member removes the saved value.
 */
export type SetDefaultModelParams = { model?: string | null, reasoningEffort?: ReasoningEffort | null, };
