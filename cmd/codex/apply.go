package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/cmd/internal/taskdiff"
	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/config"
)

func newApply(flags *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use:     "apply TASK_ID",
		Aliases: []string{"a"},
		Short:   "Apply the difference that a cloud task made to this work tree",
		Args:    exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.withAgent(cmd.Context(), config.Overrides{}, func(ctx context.Context, a *agent.Agent) error {
				credential, ok, err := a.Auth.Token(ctx)
				if err != nil {
					return err
				}
				if !ok {
					return errors.New("nobody is signed in: run \"codex login\"")
				}
				diff, err := taskdiff.Fetch(ctx, args[0], taskdiff.Options{
					BaseURL: a.Startup.ChatGPTBaseURL, Credential: credential, Identity: a.Identity,
				})
				if err != nil {
					return err
				}
				if err := taskdiff.Apply(ctx, a.Startup.Cwd, diff); err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), "Applied the difference to the work tree.")
				return nil
			})
		},
	}
}
