// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { InputMessageKind } from "./InputMessageKind";

/**
 * UserMessageEvent records what the user said. It stands in rollouts and is
 * never sent live.
 */
export type UserMessageEvent = {
  message: string,
  kind?: InputMessageKind | null,
  images?: Array<string> | null,
};
