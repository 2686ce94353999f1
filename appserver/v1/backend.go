package v1

import (
	"context"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
)

// ConfigSource resolves the configuration of a conversation. [*config.Loader]
// is one.
type ConfigSource interface {
	Load(ctx context.Context, o config.Overrides) (*config.Config, error)
}

// Backend is what the connections of a process share. Every field is required.
type Backend struct {
	Conversations *conversation.Manager
	Config        ConfigSource
	Log           zerolog.Logger
}

// Connection is what the methods need of their connection.
type Connection interface {
	// Identity is who the program says it is, with the client's name.
	Identity() clientid.Identity
}
