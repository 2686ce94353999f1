// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ReviewOutputEvent } from "./ReviewOutputEvent";

/** ExitedReviewModeEvent reports the end of a review. */
export type ExitedReviewModeEvent = { review_output: ReviewOutputEvent | null, };
