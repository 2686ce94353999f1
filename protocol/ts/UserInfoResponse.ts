// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * UserInfoResponse answers userInfo. The address is what a token claims;
 * nobody verified it.
 */
export type UserInfoResponse = { allegedUserEmail: string | null, };
