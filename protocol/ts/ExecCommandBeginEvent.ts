// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { ParsedCommand } from "./ParsedCommand";

/** ExecCommandBeginEvent precedes a command. */
export type ExecCommandBeginEvent = {
  call_id: string,
  command: Array<string>,
  cwd: string,
  parsed_cmd: Array<ParsedCommand>,
};
