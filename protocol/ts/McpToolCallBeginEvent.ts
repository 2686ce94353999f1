// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { McpInvocation } from "./McpInvocation";

/** McpToolCallBeginEvent precedes a call of an MCP tool. */
export type McpToolCallBeginEvent = { call_id: string, invocation: McpInvocation, };
