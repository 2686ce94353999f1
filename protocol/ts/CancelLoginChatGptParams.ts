// GENERATED CODE! DO NOT MODIFY BY HAND!

/** CancelLoginChatGptParams ends a login in the browser. */
export type CancelLoginChatGptParams = { loginId: string, };
