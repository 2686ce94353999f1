// GENERATED CODE! DO NOT MODIFY BY HAND!

/** SetDefaultModelResponse answers SetDefaultModelParams. */
export type SetDefaultModelResponse = Record<string, never>;
