package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/cmd/internal/term"
	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

// changedSession is what a command that changes a conversation prints for
// programs: where it is now, or was when it was deleted.
type changedSession struct {
	ID   protocol.ConversationID `json:"id"`
	Path string                  `json:"path"`
}

func newSessionsFork(flags *globalFlags) *cobra.Command {
	var nth int
	var asJSON bool
	cmd := &cobra.Command{
		Use: "fork ID", Short: "Copy the beginning of a conversation into a new one", Args: exactArgs(1),
		Long:    "Makes a new conversation with everything before one of the user's messages, counted from 0, and prints its id.",
		Example: "  codex sessions fork --before 2 0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee",
		RunE: func(cmd *cobra.Command, args []string) error {
			if nth < 0 {
				return usageError("--before is %d, and must not be negative", nth)
			}
			return flags.withAgent(cmd.Context(), config.Overrides{}, func(ctx context.Context, a *agent.Agent) error {
				at, err := locate(ctx, a.Store, args[0])
				if err != nil {
					return err
				}
				if err := hasUserMessage(ctx, a.Store, at, nth); err != nil {
					return err
				}
				c, err := a.Conversations.Fork(ctx, a.Startup, at.path, nth, &conversation.StartOptions{Source: protocol.SourceCLI})
				if err != nil {
					return err
				}
				if asJSON {
					return writeJSON(cmd.OutOrStdout(), changedSession{c.ID(), c.RolloutPath()})
				}
				fmt.Fprintln(cmd.OutOrStdout(), c.ID())
				return nil
			})
		},
	}
	cmd.Flags().IntVar(&nth, "before", 1, "number of the user's message to stop before")
	jsonFlag(cmd, &asJSON)
	return cmd
}

// hasUserMessage fails when a conversation ends before its nth message of the
// user: a fork there would hold nothing, and look as if it had worked.
func hasUserMessage(ctx context.Context, store rollout.Store, at located, nth int) error {
	said := 0
	for l, err := range store.Read(ctx, at.path, nil) {
		if err != nil {
			return err
		}
		item, ok := l.Item.(*protocol.ResponseItemLine)
		if !ok {
			continue
		}
		if _, ok := rollout.UserMessage(item.Item); ok {
			if said++; said > nth {
				return nil
			}
		}
	}
	return fmt.Errorf("the user said %d things in conversation %s, and there is no number %d, counted from 0", said, at.id, nth)
}

// newSessionsMove is archive, and unarchive.
func newSessionsMove(flags *globalFlags, archive bool) *cobra.Command {
	use, short, done := "archive ID", "Move a conversation to the archive", "archived"
	if !archive {
		use, short, done = "unarchive ID", "Move a conversation back from the archive", "restored"
	}
	var asJSON bool
	cmd := &cobra.Command{
		Use: use, Short: short, Args: exactArgs(1),
		Example: "  codex sessions " + strings.Replace(use, "ID", "0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee", 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, at, err := flags.locate(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			move := store.Archive
			if !archive {
				move = store.Unarchive
			}
			path, err := move(cmd.Context(), at.id, at.path)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), changedSession{at.id, path})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", done, path)
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func newSessionsDelete(flags *globalFlags) *cobra.Command {
	var yes, asJSON bool
	cmd := &cobra.Command{
		Use: "delete ID", Short: "Delete a conversation for good", Args: exactArgs(1),
		Example: "  codex sessions delete --yes 0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee",
		RunE: func(cmd *cobra.Command, args []string) error {
			store, at, err := flags.locate(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if !yes {
				if !term.IsTerminal(os.Stdin) {
					return usageError("deleting needs --yes where nobody can be asked")
				}
				sure, err := untilInterrupted(cmd.Context(), func() (bool, error) {
					return askOnTerminal(cmd.Context(), "Delete "+at.path+" for good?")
				})
				if err != nil || !sure {
					return err
				}
			}
			if err := store.Delete(cmd.Context(), at.id, at.path); err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), changedSession{at.id, at.path})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "deleted: %s\n", at.path)
			return nil
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	jsonFlag(cmd, &asJSON)
	return cmd
}
