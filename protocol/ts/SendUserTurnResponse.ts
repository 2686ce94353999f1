// GENERATED CODE! DO NOT MODIFY BY HAND!

/** SendUserTurnResponse answers SendUserTurnParams. */
export type SendUserTurnResponse = Record<string, never>;
