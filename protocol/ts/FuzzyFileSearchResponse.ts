// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { FuzzyFileSearchResult } from "./FuzzyFileSearchResult";

/** FuzzyFileSearchResponse answers FuzzyFileSearchParams. */
export type FuzzyFileSearchResponse = { files: Array<FuzzyFileSearchResult>, };
