// GENERATED CODE! DO NOT MODIFY BY HAND!

/** ReasoningEffort is how much a reasoning model should think. */
export type ReasoningEffort = "minimal" | "low" | "medium" | "high";
