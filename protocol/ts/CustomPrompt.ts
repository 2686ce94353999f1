// GENERATED CODE! DO NOT MODIFY BY HAND!

/** CustomPrompt is a prompt file of the user. */
export type CustomPrompt = {
  name: string,
  path: string,
  content: string,
  description: string | null,
  argument_hint: string | null,
};
