// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { GitSha } from "./GitSha";

/** GitDiffToRemoteResponse answers GitDiffToRemoteParams. */
export type GitDiffToRemoteResponse = {
  /** The commit that the difference is taken from. */
  sha: GitSha,
  diff: string,
};
