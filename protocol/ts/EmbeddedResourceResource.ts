// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { BlobResourceContents } from "./BlobResourceContents";
import type { TextResourceContents } from "./TextResourceContents";

/**
 * EmbeddedResourceResource is the content of a resource: text, or bytes in
 * base64.
 */
export type EmbeddedResourceResource = TextResourceContents | BlobResourceContents;
