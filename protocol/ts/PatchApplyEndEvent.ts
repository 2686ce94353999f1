// GENERATED CODE! DO NOT MODIFY BY HAND!

/** PatchApplyEndEvent follows a patch. */
export type PatchApplyEndEvent = { call_id: string, stdout: string, stderr: string, success: boolean, };
