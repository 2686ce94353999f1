// GENERATED CODE! DO NOT MODIFY BY HAND!

/** The name of a commit, in hex digits. */
export type GitSha = string;
