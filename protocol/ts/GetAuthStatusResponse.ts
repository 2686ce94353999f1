// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { AuthMode } from "./AuthMode";

/** GetAuthStatusResponse answers GetAuthStatusParams. */
export type GetAuthStatusResponse = {
  authMethod?: AuthMode | null,
  authToken?: string | null,
  requiresOpenaiAuth?: boolean | null,
};
