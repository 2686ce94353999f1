// GENERATED CODE! DO NOT MODIFY BY HAND!

/** GetAuthStatusParams asks who is signed in. */
export type GetAuthStatusParams = { includeToken?: boolean | null, refreshToken?: boolean | null, };
