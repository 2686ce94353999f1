// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { AuthStatusChangeNotification } from "./AuthStatusChangeNotification";
import type { LoginChatGptCompleteNotification } from "./LoginChatGptCompleteNotification";
import type { SessionConfiguredNotification } from "./SessionConfiguredNotification";

/**
 * ServerNotification is a notification from the server. EventNotification has
 * those that carry events.
 */
export type ServerNotification =
  | { "method": "authStatusChange", params: AuthStatusChangeNotification, }
  | { "method": "loginChatGptComplete", params: LoginChatGptCompleteNotification, }
  | { "method": "sessionConfigured", params: SessionConfiguredNotification, };
