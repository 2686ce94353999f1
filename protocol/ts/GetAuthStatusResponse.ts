// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { AuthMode } from "./AuthMode";

/** GetAuthStatusResponse answers GetAuthStatusParams. */
export type GetAuthStatusResponse = {
  authMethod?: AuthMode | null,
  authToken?: string | null,
  /** Whether the provider in use wants a sign-in. */
  requiresOpenaiAuth: boolean | null,
};
