// GENERATED CODE! DO NOT MODIFY BY HAND!

/** Tools is the table tools. */
export type Tools = { webSearch?: boolean | null, viewImage?: boolean | null, };
