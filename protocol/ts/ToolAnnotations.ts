// GENERATED CODE! DO NOT MODIFY BY HAND!

/** ToolAnnotations hint at what a tool does; they need not be true. */
export type ToolAnnotations = {
  destructiveHint?: boolean | null,
  idempotentHint?: boolean | null,
  openWorldHint?: boolean | null,
  readOnlyHint?: boolean | null,
  title?: string | null,
};
