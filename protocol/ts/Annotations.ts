// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { Role } from "./Role";

/**
 * Annotations tell a client how to use a piece of content: for whom it is,
 * how important and how old.
 */
export type Annotations = {
  audience?: Array<Role> | null,
  lastModified?: string | null,
  /** From 0 to 1. */
  priority?: number | null,
};
