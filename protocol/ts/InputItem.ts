// GENERATED CODE! DO NOT MODIFY BY HAND!

/** InputItem is one piece of a user's input. */
export type InputItem =
  | { "type": "text", data: { text: string, }, }
  | { "type": "image", data: { image_url: string, }, }
  | { "type": "localImage", data: { path: string, }, };
