// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * ReviewLineRange is a range of lines, both ends included, counted from one.
 */
export type ReviewLineRange = { start: number, end: number, };
