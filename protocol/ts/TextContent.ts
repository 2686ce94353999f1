// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { Annotations } from "./Annotations";
import type { JsonValue } from "./serde_json/JsonValue";

/** TextContent is text. */
export type TextContent = {
  "type": "text",
  annotations?: Annotations | null,
  text: string,
  _meta?: { [key in string]?: JsonValue } | null,
};
