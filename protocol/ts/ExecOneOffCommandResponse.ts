// GENERATED CODE! DO NOT MODIFY BY HAND!

/** ExecOneOffCommandResponse answers ExecOneOffCommandParams. */
export type ExecOneOffCommandResponse = { exitCode: number, stdout: string, stderr: string, };
