// GENERATED CODE! DO NOT MODIFY BY HAND!

/** RemoveConversationListenerParams ends a subscription. */
export type RemoveConversationListenerParams = { subscriptionId: string, };
