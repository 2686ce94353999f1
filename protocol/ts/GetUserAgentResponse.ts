// GENERATED CODE! DO NOT MODIFY BY HAND!

/** GetUserAgentResponse answers getUserAgent. */
export type GetUserAgentResponse = { userAgent: string, };
