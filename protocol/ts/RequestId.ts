// GENERATED CODE! DO NOT MODIFY BY HAND!

/** The id of a request, which its response repeats. */
export type RequestId = string | number;
