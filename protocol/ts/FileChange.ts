// GENERATED CODE! DO NOT MODIFY BY HAND!

/** FileChange is what a patch does to one file. */
export type FileChange =
  /** Creates a file. */
  | {
      add: {
        /** The whole new content. */
        content: string,
      },
    }
  /** Removes a file. */
  | {
      delete: {
        /** The content being removed. */
        content: string,
      },
    }
  /** Edits a file, and moves it when move_path is set. */
  | {
      update: {
        /** Hunks only, one line of context. */
        unified_diff: string,
        move_path: string | null,
      },
    };
