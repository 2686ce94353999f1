// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ReviewFinding } from "./ReviewFinding";

/**
 * ReviewOutputEvent is the result of a review. Models leave scores and
 * priorities out now and then.
 */
export type ReviewOutputEvent = {
  findings: Array<ReviewFinding>,
  overall_correctness: string,
  overall_explanation: string,
  overall_confidence_score: number,
};
