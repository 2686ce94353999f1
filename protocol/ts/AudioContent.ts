// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { Annotations } from "./Annotations";
import type { JsonValue } from "./serde_json/JsonValue";

/** AudioContent is sound. */
export type AudioContent = {
  "type": "audio",
  annotations?: Annotations | null,
  /** In base64. */
  data: string,
  mimeType: string,
  _meta?: { [key in string]?: JsonValue } | null,
};
