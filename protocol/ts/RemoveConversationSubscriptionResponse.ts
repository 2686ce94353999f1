// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * RemoveConversationSubscriptionResponse answers
 * RemoveConversationListenerParams.
 */
export type RemoveConversationSubscriptionResponse = Record<string, never>;
