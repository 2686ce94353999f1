// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { JsonValue } from "./serde_json/JsonValue";

/** TextResourceContents is the content of a resource that is text. */
export type TextResourceContents = {
  mimeType?: string | null,
  text: string,
  /** A URI. */
  uri: string,
  _meta?: { [key in string]?: JsonValue } | null,
};
