// GENERATED CODE! DO NOT MODIFY BY HAND!

/** ClientInfo names the client. */
export type ClientInfo = { name: string, title?: string | null, version: string, };
