// GENERATED CODE! DO NOT MODIFY BY HAND!

/** ArchiveConversationResponse answers ArchiveConversationParams. */
export type ArchiveConversationResponse = Record<string, never>;
