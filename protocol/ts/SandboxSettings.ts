// GENERATED CODE! DO NOT MODIFY BY HAND!

/** SandboxSettings is the table sandbox_workspace_write. */
export type SandboxSettings = {
  writableRoots: Array<string>,
  networkAccess: boolean,
  excludeTmpdirEnvVar: boolean,
  excludeSlashTmp: boolean,
};
