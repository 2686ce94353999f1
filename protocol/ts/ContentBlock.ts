// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { AudioContent } from "./AudioContent";
import type { EmbeddedResource } from "./EmbeddedResource";
import type { ImageContent } from "./ImageContent";
import type { ResourceLink } from "./ResourceLink";
import type { TextContent } from "./TextContent";

/**
 * ContentBlock is a piece of content, of one of several types. Content of
 * other types may come too.
 */
export type ContentBlock = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource;
