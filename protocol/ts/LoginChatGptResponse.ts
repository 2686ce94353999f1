// GENERATED CODE! DO NOT MODIFY BY HAND!

/** LoginChatGptResponse answers loginChatGpt. */
export type LoginChatGptResponse = {
  loginId: string,
  /** For the user's browser. */
  authUrl: string,
};
