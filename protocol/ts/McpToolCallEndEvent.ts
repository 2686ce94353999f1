// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { CallToolResult } from "./CallToolResult";
import type { Duration } from "./Duration";
import type { McpInvocation } from "./McpInvocation";

/** McpToolCallEndEvent follows a call of an MCP tool. */
export type McpToolCallEndEvent = {
  call_id: string,
  invocation: McpInvocation,
  duration: Duration,
  result: { Ok: CallToolResult, } | { Err: string, },
};
