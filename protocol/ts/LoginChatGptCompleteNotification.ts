// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * LoginChatGptCompleteNotification reports the end of a login in the browser.
 */
export type LoginChatGptCompleteNotification = { loginId: string, success: boolean, error?: string | null, };
