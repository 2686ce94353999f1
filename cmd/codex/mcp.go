package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/codex-go/codex/cmd/internal/mcptable"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/shellenv"
)

func newMcp(flags *globalFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "mcp",
		Short:   "Manage the MCP servers that conversations use",
		Long:    "Lists, shows, adds and removes the entries of mcp_servers in config.toml, and signs in to servers.",
		Example: "  codex mcp add docs -- docs-server --stdio\n  codex mcp list",
		Args:    cobra.ArbitraryArgs,
		RunE:    needCommand,
	}
	cmd.AddCommand(newMcpList(flags), newMcpGet(flags), newMcpAdd(flags), newMcpRemove(flags),
		newMcpLogin(flags), newMcpLogout(flags))
	return cmd
}

// loader returns the configuration of this process.
func (f *globalFlags) loader() (*config.Loader, error) {
	environ := os.Environ()
	home, err := config.FindHome(func(name string) string {
		value, _ := shellenv.Lookup(environ, name)
		return value
	})
	if err != nil {
		return nil, err
	}
	cwd, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find the working directory: %w", err)
	}
	overrides, err := f.overrides()
	if err != nil {
		return nil, err
	}
	return &config.Loader{
		Home: home, Environ: environ, Cwd: cwd, CLI: overrides, Strict: f.strict,
		Warn: func(message string) { fmt.Fprintln(os.Stderr, "Warning:", message) },
	}, nil
}

// load resolves the configuration of this process.
func (f *globalFlags) load(ctx context.Context) (*config.Config, error) {
	l, err := f.loader()
	if err != nil {
		return nil, err
	}
	return l.Load(ctx, config.Overrides{})
}

func newMcpList(flags *globalFlags) *cobra.Command {
	var asJSON bool
	var p mcptable.Printer
	cmd := &cobra.Command{
		Use: "list", Short: "List the configured servers", Args: noArgs,
		Example: "  codex mcp list --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.load(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return p.ListJSON(cmd.OutOrStdout(), cfg)
			}
			return p.List(cmd.OutOrStdout(), cfg)
		},
	}
	printFlags(cmd, &asJSON, &p)
	return cmd
}

func newMcpGet(flags *globalFlags) *cobra.Command {
	var asJSON bool
	var p mcptable.Printer
	cmd := &cobra.Command{
		Use: "get NAME", Short: "Show one server", Args: exactArgs(1),
		Example: "  codex mcp get docs",
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := flags.load(cmd.Context())
			if err != nil {
				return err
			}
			s, ok := cfg.McpServers[args[0]]
			if !ok {
				return fmt.Errorf("no MCP server named %q", args[0])
			}
			if asJSON {
				return p.GetJSON(cmd.OutOrStdout(), args[0], s)
			}
			return p.Get(cmd.OutOrStdout(), args[0], s)
		},
	}
	printFlags(cmd, &asJSON, &p)
	return cmd
}

func printFlags(cmd *cobra.Command, asJSON *bool, p *mcptable.Printer) {
	cmd.Flags().BoolVar(asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&p.ShowSecrets, "show-secrets", false, "print tokens, passwords and secret variables instead of ***")
}

func newMcpAdd(flags *globalFlags) *cobra.Command {
	var vars []string
	cmd := &cobra.Command{
		Use:   "add NAME [--env KEY=VALUE]... -- COMMAND [ARGS...]",
		Short: "Add a server that is started as a command",
		Long: "Adds a server to config.toml, or replaces the one of that name. Everything else in the file stays as it is.\n" +
			"What follows the command belongs to it.",
		Example:               "  codex mcp add docs --env INDEX=/srv/docs -- docs-server --stdio",
		DisableFlagParsing:    true, // see splitCommand
		DisableFlagsInUseLine: true, // a flag behind the command is the command's
		RunE: func(cmd *cobra.Command, args []string) error {
			name, command, err := splitCommand(cmd, args)
			if errors.Is(err, pflag.ErrHelp) {
				return cmd.Help()
			}
			if err != nil {
				return err
			}
			if !config.ValidMcpServerName(name) {
				return invalidName(name)
			}
			if len(command) == 0 {
				return fmt.Errorf("the command of the server %q is missing", name)
			}
			server := &config.McpStdio{Command: command[0], Args: command[1:]}
			for _, pair := range vars {
				key, value, ok := strings.Cut(pair, "=")
				if key = strings.TrimSpace(key); !ok || key == "" {
					// It is not repeated: the half that is there may be a secret.
					return usageError("--env wants KEY=VALUE, with a key and an equals sign")
				}
				if server.Env == nil {
					server.Env = make(map[string]string)
				}
				server.Env[key] = value
			}
			l, err := flags.loader()
			if err != nil {
				return err
			}
			orphan, err := l.SetMcpServer(cmd.Context(), name, config.McpServer{Transport: server})
			if err != nil {
				return err
			}
			if err := forget(cmd.Context(), l, orphan); err != nil {
				return fmt.Errorf("the server %q was added, but the sign-in to the one before it is left: %w", name, err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Added global MCP server '%s'.\n", name)
			return err
		},
	}
	cmd.Flags().StringArrayVar(&vars, "env", nil, "set `KEY=VALUE` for the server; repeatable")
	return cmd
}

// splitCommand reads the flags before and behind the name of the server. From
// the next argument on everything belongs to the command, flags included.
func splitCommand(cmd *cobra.Command, args []string) (name string, command []string, err error) {
	flags := pflag.NewFlagSet("add", pflag.ContinueOnError)
	flags.SetInterspersed(false)
	flags.Usage = func() {}
	flags.SetOutput(io.Discard)
	flags.AddFlagSet(cmd.Flags())
	flags.AddFlagSet(cmd.InheritedFlags())
	for range 2 {
		if err := flags.Parse(args); err != nil {
			return "", nil, usageError("%v; see \"%s --help\"", err, cmd.CommandPath())
		}
		if help, err := flags.GetBool("help"); err == nil && help {
			return "", nil, pflag.ErrHelp
		}
		args = flags.Args()
		if name != "" {
			break
		}
		if len(args) == 0 {
			return "", nil, usageError("the name of the server is missing")
		}
		name, args = args[0], args[1:]
	}
	return name, args, nil
}

func newMcpRemove(flags *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Remove a server", Args: exactArgs(1),
		Long:    "Removes a server from config.toml, and the sign-in to it unless another server there has the same url.",
		Example: "  codex mcp remove docs",
		RunE: func(cmd *cobra.Command, args []string) error {
			name := args[0]
			l, err := flags.loader()
			if err != nil {
				return err
			}
			removed, orphan, err := l.RemoveMcpServer(cmd.Context(), name)
			switch {
			case err != nil:
				return err
			case !removed && !config.ValidMcpServerName(name):
				return invalidName(name)
			case !removed:
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "No MCP server named '%s' found.\n", name)
				return err
			}
			if err := forget(cmd.Context(), l, orphan); err != nil {
				return fmt.Errorf("the server %q was removed, but not the sign-in to it: %w", name, err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Removed global MCP server '%s'.\n", name)
			return err
		},
	}
}

// forget removes the sign-in to an address that no server has any more; empty
// for none.
func forget(ctx context.Context, l *config.Loader, address string) error {
	if address == "" {
		return nil
	}
	_, err := mcpStore(l).Remove(ctx, address)
	return err
}

func invalidName(name string) error {
	return fmt.Errorf("invalid server name %q: use letters, digits, - and _", name)
}
