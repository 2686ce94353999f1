// GENERATED CODE! DO NOT MODIFY BY HAND!

/** FuzzyFileSearchResult is a file that was found. */
export type FuzzyFileSearchResult = {
  root: string,
  path: string,
  file_name: string,
  score: number,
  /** Of what matched in path, ascending. */
  indices: Array<number>,
};
