package main

import "github.com/spf13/cobra"

// noArgs wants no arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError("unexpected argument %q; see \"%s --help\"", args[0], cmd.CommandPath())
	}
	return nil
}

// exactArgs wants n arguments; anything else is a mistake on the command line.
func exactArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usageError("%s takes %d argument(s), not %d", cmd.CommandPath(), n, len(args))
		}
		return nil
	}
}

// exclusive refuses a command line with both of two flags.
func exclusive(cmd *cobra.Command, one, other string) error {
	if cmd.Flags().Changed(one) && cmd.Flags().Changed(other) {
		return usageError("--%s and --%s exclude each other", one, other)
	}
	return nil
}
