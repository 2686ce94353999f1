// GENERATED CODE! DO NOT MODIFY BY HAND!

/**
 * ParsedCommand sums up one part of a shell command for display, tagged by
 * "type". It decides nothing.
 */
export type ParsedCommand =
  /** Reads a file. */
  | {
      "type": "read",
      cmd: string,
      /** Base name of the file. */
      name: string,
    }
  /** Lists a directory. */
  | { "type": "list_files", cmd: string, path: string | null, }
  /** Searches for text or files. */
  | { "type": "search", cmd: string, query: string | null, path: string | null, }
  /** Any other command. */
  | { "type": "unknown", cmd: string, };
