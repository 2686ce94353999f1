// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { JsonValue } from "./serde_json/JsonValue";

/** BlobResourceContents is the content of a resource that is not text. */
export type BlobResourceContents = {
  /** In base64. */
  blob: string,
  mimeType?: string | null,
  /** A URI. */
  uri: string,
  _meta?: { [key in string]?: JsonValue } | null,
};
