// GENERATED CODE! DO NOT MODIFY BY HAND!

/** CancelLoginChatGptResponse answers CancelLoginChatGptParams. */
export type CancelLoginChatGptResponse = Record<string, never>;
