// Package mcpclient talks to the MCP servers that a user has configured: it
// starts them, lists their tools for a model, and calls them.
//
//	registry := mcpclient.NewRegistry(mcpclient.Options{Start: start, Log: log})
//	defer registry.Close(ctx)
//
//	servers := registry.Open(mcpclient.OpenOptions{
//		Servers: cfg.McpServers,
//		Dir:     cfg.Cwd,
//		Environ: cfg.Environ,
//		Failed:  func(f *mcpclient.Failure) { warn(f.Error()) },
//	})
//	defer servers.Close(ctx)
//	if err := servers.Prepare(ctx); err != nil { // once a turn
//		return err
//	}
//	offer(servers.Tools())
//	...
//	if tool, ok := servers.Lookup(call.Name); ok {
//		result, err := servers.Call(ctx, tool, args)
//		...
//	}
//
// # Servers
//
// A [Registry] owns the servers of a process, a [Servers] is what one
// conversation uses of them. Conversations with the same configuration, name
// and working directory share a server. Servers start in the background and in
// parallel; nobody waits but [Servers.Prepare], and that no longer than a server
// may take to start. A server that ends is started again when it is used next,
// with growing delays if it does not start. The last conversation that leaves
// ends it: its input is closed, and after a grace it is ended with everything
// that it has started. (spec: mcp, connection manager; do better, client)
//
// # Tools
//
// A model knows a tool by a name that is unique in its conversation and fits
// what model APIs take; [Servers.Lookup] is the way back, never the form of the
// name. The schema of its arguments is reduced to what model APIs take, see
// [CleanSchema]. The tools of a turn stay the same during the turn: what servers
// change counts from the next [Servers.Prepare].
//
// # Protocol
//
// The official SDK speaks the protocol. Between it and the servers stand a
// transport for pipes, which bears noise, and one for HTTP, which adds
// credentials; both let the results of tools through as they are, as the SDK
// would lose the order of members and what it does not know. (spec: mcp, the two
// implementations)
//
// # Credentials
//
// A server behind HTTP gets the bearer token of its configuration, or the one
// that [Options.Token] has for it; package oauth lets users sign in and keeps
// such tokens. Tokens go to the configured host alone.
//
// # Processes
//
// The package starts no process itself: [Options.Start] does, and the [Process]
// that it returns ends with everything below it. In the program that is a watcher
// of package sandbox, which does so even if the program is killed.
//
// # Concurrency
//
// All exported methods are safe for concurrent use. Every goroutine that is
// started has ended when the Close of its Servers or of the Registry has
// returned.
package mcpclient
