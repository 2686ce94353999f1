package v1

import (
	"context"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/core/auth/login"
	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// ConfigSource resolves, shows and changes the configuration.
// [*config.Loader] is one.
type ConfigSource interface {
	// Load resolves the configuration of a conversation.
	Load(ctx context.Context, o config.Overrides) (*config.Config, error)
	// SavedConfig returns what stands in the file.
	SavedConfig(ctx context.Context) (protocol.UserSavedConfig, error)
	// SetDefaultModel changes the file: nil and "" remove what it says. profile
	// is the one that the process started with, or "".
	SetDefaultModel(ctx context.Context, profile string, model *string, effort protocol.ReasoningEffort) error
}

// Backend is what the connections of a process share. Every field is required
// unless it says otherwise.
type Backend struct {
	Conversations *conversation.Manager
	Config        ConfigSource
	// Startup is the configuration that the process started with.
	Startup *config.Config
	Store   rollout.Store
	Auth    *auth.Manager
	// Login is how logins in the browser are made, without what a login decides
	// itself. The zero value is good.
	Login login.Options
	// Logins holds the login that is under way.
	Logins *Logins
	// Runner runs one-off commands.
	Runner tools.Runner
	// Sandbox confines them; nil where there is none.
	Sandbox tools.Sandbox
	// UserExcludes returns the text of the user's own ignore file for all
	// repositories, for searches.
	UserExcludes func() ([]byte, error)
	Log          zerolog.Logger
}

// Connection is what the methods need of their connection.
type Connection interface {
	// Identity is who the program says it is, with the client's name.
	Identity() clientid.Identity
	// Announce sends a notification to every client of the process, without
	// waiting for any. On this connection it follows what was sent before.
	Announce(n protocol.ServerNotification)
	// End ends the connection in order. It does not wait.
	End()
}
