package appserver

import "github.com/codex-go/codex/core/agent"

// Options say what a [Server] works with. The zero value is the user's own
// agent.
type Options struct {
	// Agent says what the agent behind the server works with: its home folder, its
	// environment, settings, and what a test replaces.
	Agent agent.Options
	// KeepRunning lets conversations go on when the last connection has ended.
	// Without it they end then.
	KeepRunning bool
}
