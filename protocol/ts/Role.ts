// GENERATED CODE! DO NOT MODIFY BY HAND!

/** Role is who wrote a message. Other values than the known ones are kept. */
export type Role = "assistant" | "user";
