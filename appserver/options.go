package appserver

import (
	"context"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// Options say what a [Server] works with. The zero value is the user's own
// agent.
type Options struct {
	// Home is CODEX_HOME. Empty: what Environ says, or .codex in the user's
	// home folder.
	Home string
	// Environ is the environment that settings and commands see, as
	// "NAME=value". Nil: that of the process.
	Environ []string
	// Cwd is the directory that relative paths start from. Empty: that of the
	// process.
	Cwd string
	// Overrides are settings above those of the configuration file, in order.
	Overrides []config.Override
	// StrictConfig refuses settings that nobody knows.
	StrictConfig bool
	// Executable is a program that applies patches and confines commands when
	// it is started for that: this one, if its main function calls the
	// dispatch of cmd/codex. Empty: nothing is run in a sandbox.
	Executable string
	// Sandbox confines commands. Nil: none is available.
	Sandbox tools.Sandbox
	// HTTPClient talks to model endpoints and the authorization server. Nil: a
	// good one that honours the proxy variables.
	HTTPClient *http.Client
	// Endpoint starts the endpoint of a provider that has none until it is
	// used, such as the scripted one. Nil: there is no such provider.
	Endpoint func(ctx context.Context, providerID string) (baseURL string, err error)
	// Source is the door that rollouts name. Empty: vscode, which listings
	// show.
	Source protocol.SessionSource
	// KeepRunning lets conversations go on when the last connection has ended.
	// Without it they end then.
	KeepRunning bool
	// Log is where the server logs. Nil: nowhere.
	Log *zerolog.Logger
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}
