package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/appserver"
	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/modelclient/modeltest"
)

func newAppServer(flags *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "app-server",
		Short: "Serve the app-server protocol on standard input and output",
		Long: "Serves the protocol that editors speak: one JSON-RPC message on each line of standard input and output.\n" +
			"Logs go to standard error; RUST_LOG sets their level. The server ends when its input ends.",
		Example: "  codex app-server\n  codex app-server -c model_provider=demo",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return serve(ctx, flags, func(o agent.Options) (server, error) {
				return appserver.New(ctx, &appserver.Options{Agent: o})
			})
		},
	}
}

// overrides parses the -c flags.
func (f *globalFlags) overrides() ([]config.Override, error) {
	var overrides []config.Override
	for _, text := range f.config {
		o, err := config.ParseOverride(text)
		if err != nil {
			return nil, err
		}
		overrides = append(overrides, o)
	}
	return overrides, nil
}

// demoPace is the time between two words of the scripted model.
const demoPace = 20 * time.Millisecond

// demoModel is the scripted model behind the provider "demo". It is started
// when the first conversation uses it.
type demoModel struct {
	mu     sync.Mutex
	server *modeltest.Server
}

func (d *demoModel) start(_ context.Context, provider string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server == nil {
		server, err := modeltest.Serve(modeltest.Options{Handler: modeltest.Demo(demoPace)})
		if err != nil {
			return "", fmt.Errorf("start the scripted model: %w", err)
		}
		d.server = server
	}
	return d.server.BaseURL(), nil
}

func (d *demoModel) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server != nil {
		d.server.Close()
	}
}
