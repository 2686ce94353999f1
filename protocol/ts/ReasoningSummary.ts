// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * ReasoningSummary is how a reasoning model should sum up its thoughts. The
 * default is auto.
 */
export type ReasoningSummary = "auto" | "concise" | "detailed" | "none";
