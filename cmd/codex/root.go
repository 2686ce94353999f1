package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/core/clientid"
)

// version is the version of the program. Releases set it when they link.
var version = "dev"

// globalFlags are the flags that every command understands.
type globalFlags struct {
	config []string // -c key=value
	strict bool

	version bool // of the program and "exec": print it and do nothing else
}

func newRoot() *cobra.Command {
	var flags globalFlags
	root := &cobra.Command{
		Use:   "codex",
		Short: "The engine behind a coding agent",
		Long: "codex is the engine behind a coding agent, without a screen of its own.\n" +
			"Editors start \"codex app-server\" and speak JSON-RPC with it over standard input and output.",
		Example:       "  codex demo\n  codex app-server -c model=gpt-5\n  codex exec \"Explain this repository\"",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.version {
				return printVersion(cmd, "codex-cli")
			}
			return needCommand(cmd, args)
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError("%v; see \"%s --help\"", err, cmd.CommandPath())
	})
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(newHelp())
	flags.addVersion(root)
	root.PersistentFlags().StringArrayVarP(&flags.config, "config", "c", nil,
		"set `key=value` above config.toml, but below what a profile sets; the key is a dotted path, the value TOML or else a string")
	root.PersistentFlags().BoolVar(&flags.strict, "strict-config", false, "refuse settings that nobody knows")
	root.AddCommand(
		newAppServer(&flags),
		newExec(&flags),
		newMcp(&flags),
		newMcpServer(&flags),
		newLogin(&flags),
		newLogout(&flags),
		newConfig(&flags),
		newSessions(&flags),
		newApply(&flags),
		newCompletion(),
		newDebug(&flags),
		newGenerateTS(),
		newGenerateJSONSchema(),
		newDemo(&flags),
	)
	return root
}

// addVersion gives a command the flag that prints the version.
func (f *globalFlags) addVersion(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.version, "version", "V", false, "print the version")
}

// printVersion does what the flag asks for. Programs look for the name that the
// command has there. (spec: config-and-auth, commands)
func printVersion(cmd *cobra.Command, name string) error {
	_, err := fmt.Fprintln(cmd.OutOrStdout(), name, programVersion())
	return err
}

// needCommand is what a command does that is nothing without one of its
// subcommands: it says so.
func needCommand(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) > 0 && args[0] == "help":
		return helpOn(cmd, args[1:])
	case len(args) > 0:
		return unknownCommand(cmd, args[0])
	}
	cmd.SetOut(cmd.ErrOrStderr())
	if err := cmd.Help(); err != nil {
		return err
	}
	return &exitError{code: 2}
}

func unknownCommand(cmd *cobra.Command, name string) error {
	return usageError("unknown command %q; see \"%s --help\"", name, cmd.CommandPath())
}

// newHelp is "codex help".
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]...", Short: "Tell what a command does",
		Example: "  codex help mcp add",
		RunE:    func(cmd *cobra.Command, args []string) error { return helpOn(cmd.Root(), args) },
	}
}

// helpOn shows the help of the command at a path below cmd.
func helpOn(cmd *cobra.Command, path []string) error {
	of, rest, err := cmd.Find(path)
	if err != nil {
		return usageError("%v; see \"%s --help\"", err, cmd.CommandPath())
	}
	if len(rest) > 0 {
		return unknownCommand(of, rest[0])
	}
	return of.Help()
}

// programVersion is the version of this program and the protocol level that it
// speaks.
func programVersion() string {
	v := version
	if info, ok := debug.ReadBuildInfo(); ok && v == "dev" && info.Main.Version != "" && info.Main.Version != "(devel)" {
		v = info.Main.Version
	}
	return v + " (protocol " + clientid.ProtocolVersion + ")"
}
