// GENERATED CODE! DO NOT MODIFY BY HAND!

/** LoginApiKeyResponse answers LoginApiKeyParams. */
export type LoginApiKeyResponse = Record<string, never>;
