// Package mcpserver offers the agent to other agents: a server for the Model
// Context Protocol whose tools start a conversation and go on with it.
//
// A [Server] is a whole agent in a struct: with zero options it works on the
// user's own CODEX_HOME and environment. It serves any number of connections,
// each over a transport of package jsonrpc:
//
//	server, err := mcpserver.New(ctx, &mcpserver.Options{})
//	if err != nil {
//		return err
//	}
//	defer server.Close(ctx)
//	stdin := jsonrpc.InterruptibleReader(os.Stdin)
//	return server.Serve(ctx, jsonrpc.NewLineTransport(stdin, os.Stdout, nil))
//
// # Calls
//
// The tool codex starts a conversation, codex-reply goes on with one, also with
// one that an earlier process recorded. A call lasts as long as its turn: every
// event goes to the client as a notification codex/event, questions to the user
// become elicitations, and the last message of the agent is the result, which
// names the conversation in its structured content. Of what a conversation was
// started with its file has the model, the working directory, the policies and
// how the model reasons: a later process goes on with those, and takes the rest,
// as the base instructions, from the configuration. Calls on different
// conversations run at the same time; calls on one conversation run one after
// the other, in the order in which they came.
//
// A cancelled call interrupts its turn and gets no answer. When the client's
// input ends, all turns are interrupted, everything that was asked is answered,
// and Serve returns within ten seconds.
//
// # Trust
//
// The client is trusted like the user: the member config of a codex call can
// change every setting of its conversation, the sandbox and the programs that
// are started included.
//
// # Ownership
//
// The server owns the agent with its conversations, processes and files;
// [Server.Close] ends them all and waits. Conversations outlive the calls that
// started them. Those that nobody used for long are closed when there are many,
// and come back from their files when they are called again. Everything is safe
// for concurrent use. (spec: mcp, mcp-server)
package mcpserver
