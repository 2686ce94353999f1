// Package keeper starts commands through a process that keeps what they start
// together. The server starts itself again as a keeper, see [Main] and [Launch],
// and has it start commands, one at a time. Whatever a command starts stays below
// its keeper, also what leads a session of its own and has lost its parent:
//
//	server ── keeper ── command ── ...
//	             └───── orphans of the command
//
// The keeper ends all of that when the server says that it is done with the
// command, and when the server dies, by SIGKILL too. It is used again then, so
// that a command costs two messages and not another process.
//
// # Messages
//
// Both talk over a pair of sockets, the keeper over its standard input. Each
// message is a kind, a byte, and four bytes of value, the highest first. That of
// a start is the size of the [Command] that follows it, encoded; its files come
// with the message.
package keeper
