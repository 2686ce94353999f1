// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * AddConversationSubscriptionResponse answers AddConversationListenerParams.
 */
export type AddConversationSubscriptionResponse = { subscriptionId: string, };
