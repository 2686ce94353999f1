package mcpserver

import (
	"time"

	"github.com/codex-go/codex/core/agent"
)

// Options say how a [Server] works. The zero value is the user's own agent with
// the two usual tools.
type Options struct {
	// Agent says what the agent works with. An empty source is "mcp".
	Agent agent.Options
	// ExtraTools adds the tools codex-list, codex-interrupt and codex-close.
	ExtraTools bool
	// ApprovalTimeout is how long a client may take to answer a question; after
	// that it counts as denied. 0 waits until the client answers, cancels the
	// call or goes away.
	ApprovalTimeout time.Duration
	// DenyWithoutElicitation denies instead of asking when the client did not
	// say that it understands elicitations. Without it every client is asked.
	DenyWithoutElicitation bool
	// DecisionForm offers the possible decisions as a field of the form that an
	// elicitation shows, so that a plain MCP client can also approve for the
	// whole conversation or end the turn. Without it the form is empty.
	DecisionForm bool
	// MaxIdle is how many conversations stay open while no call uses them. The
	// ones used longest ago are closed; a later reply resumes them from their
	// files. 0 means 64.
	MaxIdle int
	// KeepRunning lets conversations stay open when the last connection has
	// ended. Without it they end then.
	KeepRunning bool
}

// defaultMaxIdle is Options.MaxIdle when that is zero.
const defaultMaxIdle = 64
