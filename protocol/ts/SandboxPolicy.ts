// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * SandboxPolicy says what commands of a turn may write and reach. It is
 * tagged by "mode".
 */
export type SandboxPolicy =
  /** Puts no limit on commands. */
  | { "mode": "danger-full-access", }
  /** Lets commands read everything, write nothing and reach no network. */
  | { "mode": "read-only", }
  /**
   * Lets commands read everything and write below the writable roots, the
   * turn's working directory, /tmp and $TMPDIR.
   */
  | {
      "mode": "workspace-write",
      writable_roots?: Array<string> | null,
      network_access?: boolean | null,
      exclude_tmpdir_env_var?: boolean | null,
      exclude_slash_tmp?: boolean | null,
    };
