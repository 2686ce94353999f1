// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * SandboxMode is the short form of a SandboxPolicy, used where the details
 * come from the configuration. The default is read-only.
 */
export type SandboxMode = "read-only" | "workspace-write" | "danger-full-access";
