// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { Annotations } from "./Annotations";
import type { JsonValue } from "./serde_json/JsonValue";

/** ImageContent is a picture. */
export type ImageContent = {
  "type": "image",
  annotations?: Annotations | null,
  /** In base64. */
  data: string,
  mimeType: string,
  _meta?: { [key in string]?: JsonValue } | null,
};
