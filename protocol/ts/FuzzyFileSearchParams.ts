// GENERATED CODE! DO NOT MODIFY BY HAND!

/** FuzzyFileSearchParams searches for files by parts of their paths. */
export type FuzzyFileSearchParams = {
  query: string,
  roots: Array<string>,
  cancellationToken?: string | null,
};
