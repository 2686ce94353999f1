// GENERATED CODE! DO NOT MODIFY BY HAND!

/** AuthMode is how the user is signed in. */
export type AuthMode = "apikey" | "chatgpt";
