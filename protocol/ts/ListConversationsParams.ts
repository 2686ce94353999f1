// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * ListConversationsParams asks for a page of the recorded conversations.
 * Without pageSize, it has up to 25.
 */
export type ListConversationsParams = { pageSize?: number | null, cursor?: string | null, };
