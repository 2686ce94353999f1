// GENERATED CODE! DO NOT MODIFY BY HAND!

/** HistoryEntry is a line of the message history as events show it. */
export type HistoryEntry = {
  conversation_id: string,
  /** Unix seconds. */
  ts: number,
  text: string,
};
