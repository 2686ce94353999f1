// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { AuthMode } from "./AuthMode";

/**
 * AuthStatusChangeNotification reports a login or logout of this process.
 * Without authMethod, nobody is signed in.
 */
export type AuthStatusChangeNotification = { authMethod?: AuthMode | null, };
