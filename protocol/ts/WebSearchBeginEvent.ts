// GENERATED CODE! DO NOT MODIFY BY HAND!

/** WebSearchBeginEvent reports that the provider began a web search. */
export type WebSearchBeginEvent = { call_id: string, };
