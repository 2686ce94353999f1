// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ContentBlock } from "./ContentBlock";
import type { JsonValue } from "./serde_json/JsonValue";

/** CallToolResult answers tools/call. */
export type CallToolResult = {
  content: Array<ContentBlock>,
  isError?: boolean | null,
  /** An object. */
  structuredContent?: JsonValue,
  _meta?: { [key in string]?: JsonValue } | null,
};
