// GENERATED CODE! DO NOT MODIFY BY HAND!

/** SendUserMessageResponse answers SendUserMessageParams. */
export type SendUserMessageResponse = Record<string, never>;
