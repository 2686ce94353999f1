// GENERATED CODE! DO NOT MODIFY BY HAND!

/** WebSearchEndEvent reports a finished web search. */
export type WebSearchEndEvent = { call_id: string, query: string, };
