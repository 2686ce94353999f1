// GENERATED CODE! DO NOT MODIFY BY HAND!

/** ClientNotification is a notification from the client. */
export type ClientNotification = { "method": "initialized", };
