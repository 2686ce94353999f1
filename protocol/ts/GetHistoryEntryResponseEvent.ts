// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { HistoryEntry } from "./HistoryEntry";

/** GetHistoryEntryResponseEvent answers a GetHistoryEntryRequestOp. */
export type GetHistoryEntryResponseEvent = { offset: number, log_id: number, entry?: HistoryEntry | null, };
