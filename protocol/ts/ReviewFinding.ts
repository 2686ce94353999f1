// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ReviewCodeLocation } from "./ReviewCodeLocation";

/** ReviewFinding is one remark of a review. */
export type ReviewFinding = {
  title: string,
  body: string,
  confidence_score: number,
  priority: number,
  code_location: ReviewCodeLocation,
};
