// GENERATED CODE! DO NOT MODIFY BY HAND!

/** Duration is a span of time on the wire: {"secs": n, "nanos": n}. */
export type Duration = { secs: number, nanos: number, };
