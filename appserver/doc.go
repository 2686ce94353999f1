// Package appserver serves the app-server protocol: JSON-RPC messages with
// which an editor starts conversations, sends input, follows events and answers
// questions.
//
// A [Server] is a whole agent in a struct: with zero options it works on the
// user's own CODEX_HOME and environment. It serves any number of connections,
// each over a transport of package jsonrpc: standard input and output, or a
// pipe within the process:
//
//	server, err := appserver.New(ctx, &appserver.Options{Agent: agent.Options{Home: home}})
//	if err != nil {
//		return err
//	}
//	defer server.Close(ctx)
//	client, err := server.Connect(ctx, appserver.ClientOptions{Name: "my-editor", Version: "1.0"})
//	if err != nil {
//		return err
//	}
//	defer client.Close(ctx)
//	started, err := appserver.Call(ctx, client, &protocol.NewConversationParams{Cwd: dir})
//
// The server owns the conversations, their processes and files; [Server.Close]
// ends them all and waits. The methods of a protocol generation live in a
// package of their own (v1); this package has the connections and their life.
// Everything is safe for concurrent use. (spec: app-server)
package appserver
