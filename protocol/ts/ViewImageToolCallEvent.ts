// GENERATED CODE! DO NOT MODIFY BY HAND!

/** ViewImageToolCallEvent reports that the model looked at an image file. */
export type ViewImageToolCallEvent = {
  call_id: string,
  /** Absolute. */
  path: string,
};
