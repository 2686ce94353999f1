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
// A command outside of a sandbox can stop its keeper, or kill it. A stopped one is
// woken up when it does not answer, and when the server dies; one that is stopped
// again and again is killed with all that is below it. When a keeper was killed, its
// command may have run, and is not started once more; what this has left in a session
// of its own is not found then.
//
// # Messages
//
// Both talk over a pair of sockets, the keeper over its standard input. Each
// message is a kind, a byte, and four bytes of value, the highest first. That of
// a start is the size of the [Command] that follows it, encoded; its files come
// with the message.
package keeper
