package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/cmd/internal/taskdiff"
)

func newApply(flags *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use:     "apply TASK_ID",
		Aliases: []string{"a"},
		Short:   "Apply the difference that a cloud task made to this work tree",
		Long: "Fetches the difference that a task in the cloud made and applies it with \"git apply --3way\" at the root of\n" +
			"this work tree. It needs a ChatGPT login.",
		Example: "  codex apply task_e_68d1",
		Args:    exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.withAuth(cmd.Context(), func(ctx context.Context, s session) error {
				credential, ok, err := s.auth.Token(ctx)
				if err != nil {
					return err
				}
				if err := s.auth.LoadError(); !ok && err != nil {
					return fmt.Errorf("check the login: %w", err)
				}
				if !ok {
					return errors.New("nobody is signed in: run \"codex login\"")
				}
				diff, err := taskdiff.Fetch(ctx, args[0], taskdiff.Options{
					BaseURL: s.config.ChatGPTBaseURL, Credential: credential, Identity: s.identity,
				})
				if err != nil {
					return err
				}
				if err := taskdiff.Apply(ctx, s.config.Cwd, diff); err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), "Applied the difference to the work tree.")
				return nil
			})
		},
	}
}
