// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { Annotations } from "./Annotations";
import type { JsonValue } from "./serde_json/JsonValue";

/** ResourceLink is a resource that content refers to. */
export type ResourceLink = {
  "type": "resource_link",
  annotations?: Annotations | null,
  description?: string | null,
  mimeType?: string | null,
  name: string,
  size?: number | null,
  title?: string | null,
  /** A URI. */
  uri: string,
  _meta?: { [key in string]?: JsonValue } | null,
};
