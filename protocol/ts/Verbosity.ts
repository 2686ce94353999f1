// GENERATED CODE! DO NOT MODIFY BY HAND!

/** Verbosity is how long the answers of a model should be. */
export type Verbosity = "low" | "medium" | "high";
