// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * GitDiffToRemoteParams asks for the difference to the nearest pushed commit.
 */
export type GitDiffToRemoteParams = { cwd: string, };
