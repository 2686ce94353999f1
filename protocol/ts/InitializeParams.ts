// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ClientInfo } from "./ClientInfo";

/** InitializeParams opens a connection. */
export type InitializeParams = { clientInfo: ClientInfo, };
