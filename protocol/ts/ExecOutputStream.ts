// GENERATED CODE! DO NOT MODIFY BY HAND!

/** ExecOutputStream names an output stream of a command. */
export type ExecOutputStream = "stdout" | "stderr";
