// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { Annotations } from "./Annotations";
import type { EmbeddedResourceResource } from "./EmbeddedResourceResource";
import type { JsonValue } from "./serde_json/JsonValue";

/** EmbeddedResource is the content of a resource within a message. */
export type EmbeddedResource = {
  "type": "resource",
  annotations?: Annotations | null,
  resource: EmbeddedResourceResource,
  _meta?: { [key in string]?: JsonValue } | null,
};
