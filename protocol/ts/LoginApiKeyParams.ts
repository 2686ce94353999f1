// GENERATED CODE! DO NOT MODIFY BY HAND!

/** LoginApiKeyParams signs in with an API key. */
export type LoginApiKeyParams = { apiKey: string, };
