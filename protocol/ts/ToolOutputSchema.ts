// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { JsonValue } from "./serde_json/JsonValue";

/** ToolOutputSchema is the JSON Schema of a tool's structured content. */
export type ToolOutputSchema = {
  "type": "object",
  properties?: { [key in string]?: JsonValue } | null,
  required?: Array<string> | null,
};
