// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * AskForApproval says when a conversation asks its user before it runs a
 * command or applies a patch. The default is on-request.
 */
export type AskForApproval = "untrusted" | "on-failure" | "on-request" | "never";
