// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { Tool } from "./Tool";

/** McpListToolsResponseEvent answers a ListMcpToolsOp. */
export type McpListToolsResponseEvent = {
  /** By qualified name. */
  tools: { [key in string]?: Tool },
};
