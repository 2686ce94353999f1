// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { UserSavedConfig } from "./UserSavedConfig";

/** GetUserSavedConfigResponse answers getUserSavedConfig. */
export type GetUserSavedConfigResponse = { config: UserSavedConfig, };
