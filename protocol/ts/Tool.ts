// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ToolAnnotations } from "./ToolAnnotations";
import type { ToolInputSchema } from "./ToolInputSchema";
import type { ToolOutputSchema } from "./ToolOutputSchema";
import type { JsonValue } from "./serde_json/JsonValue";

/** Tool is a tool that a server offers to models. */
export type Tool = {
  annotations?: ToolAnnotations | null,
  description?: string | null,
  /** The JSON Schema of the arguments. */
  inputSchema: ToolInputSchema,
  name: string,
  /** The JSON Schema of the structured content. */
  outputSchema?: ToolOutputSchema | null,
  title?: string | null,
  _meta?: { [key in string]?: JsonValue } | null,
};
