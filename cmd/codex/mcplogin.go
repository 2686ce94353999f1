package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/mcpclient/oauth"
)

func newMcpLogin(flags *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use: "login NAME", Short: "Sign in to a server behind HTTP", Args: exactArgs(1),
		Long: "Signs in to a server behind HTTP in the browser and keeps the credentials in " + oauth.FileName + ".\n" +
			"Servers with a bearer_token need no sign-in.",
		Example: "  codex mcp login web",
		RunE: func(cmd *cobra.Command, args []string) error {
			address, store, err := flags.mcpCredentials(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeoutCause(cmd.Context(), loginTime,
				fmt.Errorf("nobody signed in within %s", loginTime))
			defer cancel()
			err = oauth.Login(ctx, oauth.LoginOptions{
				URL: address, Store: store,
				Show: func(page string) {
					// A page that cannot be printed can still be shown.
					_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "If your browser did not open, go to this address to sign in:\n\n%s\n\n", page)
					openBrowser(ctx, page)
				},
			})
			if err != nil {
				return fmt.Errorf("log in to %q: %w", args[0], err)
			}
			_, err = fmt.Fprintf(cmd.ErrOrStderr(), "Successfully logged in to %q\n", args[0])
			return err
		},
	}
}

func newMcpLogout(flags *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use: "logout NAME", Short: "Forget the sign-in to a server", Args: exactArgs(1),
		Example: "  codex mcp logout web",
		RunE: func(cmd *cobra.Command, args []string) error {
			address, store, err := flags.mcpCredentials(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			removed, err := store.Remove(cmd.Context(), address)
			if err != nil {
				return err
			}
			text := "Not logged in to %q\n"
			if removed {
				text = "Successfully logged out of %q\n"
			}
			_, err = fmt.Fprintf(cmd.ErrOrStderr(), text, args[0])
			return err
		},
	}
}

// mcpCredentials returns the address of a configured server behind HTTP and the
// store with the credentials for it.
func (f *globalFlags) mcpCredentials(ctx context.Context, name string) (address string, store *oauth.Store, err error) {
	l, err := f.loader()
	if err != nil {
		return "", nil, err
	}
	cfg, err := l.Load(ctx, config.Overrides{})
	if err != nil {
		return "", nil, err
	}
	server, ok := cfg.McpServers[name]
	if !ok {
		return "", nil, fmt.Errorf("no MCP server named %q", name)
	}
	web, ok := server.Transport.(*config.McpHTTP)
	if !ok {
		return "", nil, fmt.Errorf("the MCP server %q is a program: only servers with a url want a sign-in", name)
	}
	return web.URL, mcpStore(l), nil
}

// mcpStore keeps the sign-ins to MCP servers.
func mcpStore(l *config.Loader) *oauth.Store {
	return oauth.NewStore(filepath.Join(l.Home, oauth.FileName), nil)
}
