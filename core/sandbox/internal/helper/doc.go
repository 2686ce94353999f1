// Package helper is the program that confines a command and becomes it, or
// watches over it. The server starts itself again under the name [Name]:
//
//	codex-linux-sandbox [option...] <policy cwd> <policy JSON> -- <command> [argument...]
//
// # Processes
//
// Where the machine allows it, the command runs in namespaces of its own:
//
//	server ── helper ══ init ── command ── ...
//
// The helper forks init into a new mount, IPC and PID namespace, and, unless it
// is privileged, a user namespace that gives it the right to make the others.
// Init mounts what the command is to see, restricts itself for good, forks the
// command, collects orphans, and ends with the command; the kernel then kills
// what is left. The helper hands signals on and ends as the command did. It dies
// with the server, init dies with the helper, and everything with init.
//
// With [OptKept] a keeper has started the helper. Then init outlives the command
// and the helper while there are others in the namespace, and the keeper, to which
// it belongs from then on, ends it when the call is over: what writes the last of
// the command's output, such as a process that bash has put behind "> >(...)", gets
// to write it.
//
// Without PID namespaces the command takes the place of init. Without any the
// helper restricts itself and becomes the command.
//
// # Watching
//
// With [OptWatch] the helper confines nothing: it watches over a command, such
// as an MCP server, so that nothing that this starts outlives it or the server,
// however either ends and wherever in the tree of processes it has got to. With
// the right to make namespaces the command has init above it, in a namespace for
// processes, and all else is as it is outside. An ordinary user would need a user
// namespace for that, which takes the owners of files and the programs that run
// as somebody else from the command; there the helper inherits the orphans of
// the command instead, and ends them. It has to stay alive for that, so that what
// makes it end everything is a signal of its own, which is also that of the
// server's death.
//
// # After the fork
//
// Init and the command are forked from a running Go program and do not start
// another, which halves the time that a command takes to start. Only one thread
// lives on in them, so that nothing there may need the runtime: no memory is
// allocated, no stack grows, nothing is scheduled. The helper lays out every
// system call beforehand, with all that they refer to ([program], [child]), and
// the code after the fork makes them one by one.
package helper

// Name is the argv[0] that makes a program the helper.
const Name = "codex-linux-sandbox"

// Exit codes of the helper for what is not the command's. (spec: exec-and-tools,
// helper invocation)
const (
	exitUsage  = 2
	exitFailed = 101
)
