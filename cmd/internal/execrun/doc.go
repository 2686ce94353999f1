// Package execrun is "codex exec": one turn of a conversation without a user at
// hand, shown readably or as JSON lines, for scripts and other programs.
//
//	code, err := execrun.Run(ctx, a, execrun.Options{Prompt: "Fix the tests", Out: os.Stdout, Err: os.Stderr})
//
// Run drives one conversation of an agent to the end of its turn. A renderer
// turns the events into output: humanOutput or jsonOutput. (spec:
// config-and-auth, codex exec)
package execrun
