// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { JsonValue } from "./serde_json/JsonValue";

/** ToolInputSchema is the JSON Schema of a tool's arguments. */
export type ToolInputSchema = {
  "type": "object",
  properties?: { [key in string]?: JsonValue } | null,
  required?: Array<string> | null,
};
