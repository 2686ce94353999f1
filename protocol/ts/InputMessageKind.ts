// GENERATED CODE! DO NOT MODIFY BY HAND!

/** InputMessageKind says where the text of a user message came from. */
export type InputMessageKind = "plain" | "user_instructions" | "environment_context";
