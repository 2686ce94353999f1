// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { JsonValue } from "./serde_json/JsonValue";

/** McpInvocation is a call of an MCP tool. */
export type McpInvocation = {
  server: string,
  tool: string,
  /** Null when there are none. */
  arguments: JsonValue,
};
