// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * ConversationId is the id of a conversation: a UUID in lower-case hyphenated
 * form. New ones are version 7, so that they sort by time. Servers accept
 * every usual spelling of a UUID.
 */
export type ConversationId = string;
