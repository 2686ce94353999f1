// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ReviewLineRange } from "./ReviewLineRange";

/** ReviewCodeLocation is the place of a finding. */
export type ReviewCodeLocation = { absolute_file_path: string, line_range: ReviewLineRange, };
