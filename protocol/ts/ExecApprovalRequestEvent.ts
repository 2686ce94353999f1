// GENERATED CODE! DO NOT MODIFY BY HAND!

/** ExecApprovalRequestEvent asks the user whether a command may run. */
export type ExecApprovalRequestEvent = {
  call_id: string,
  command: Array<string>,
  cwd: string,
  reason?: string | null,
};
