// GENERATED CODE! DO NOT MODIFY BY HAND!

/** LogoutChatGptResponse answers logoutChatGpt. */
export type LogoutChatGptResponse = Record<string, never>;
