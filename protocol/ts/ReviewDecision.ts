// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * ReviewDecision is a user's answer to an approval request. A lost answer
 * counts as denied.
 */
export type ReviewDecision = "approved" | "approved_for_session" | "denied" | "abort";
