// Package demo holds a conversation that needs no key and no network: a
// scripted model on loopback, a real app-server on a scratch CODEX_HOME, and a
// client that drives it over the wire and shows every message.
//
//	err := demo.Run(ctx, demo.Options{Executable: self, Out: os.Stdout})
//
// Run owns the processes and listeners that it starts and ends them before it
// returns. What the conversation wrote stays in the scratch folder.
package demo
