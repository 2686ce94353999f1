// GENERATED CODE! DO NOT MODIFY BY HAND!

/** InitializeResponse answers InitializeParams. */
export type InitializeResponse = { userAgent: string, };
