package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/cmd/internal/term"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

func newSessions(flags *globalFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "sessions",
		Short:   "List, show and look after recorded conversations",
		Long:    "Works on the conversations that are recorded in CODEX_HOME. A conversation is named by its id or by the path of its file.",
		Example: "  codex sessions list\n  codex sessions show 0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee",
		Args:    cobra.ArbitraryArgs,
		RunE:    needCommand,
	}
	cmd.AddCommand(
		newSessionsList(flags), newSessionsShow(flags), newSessionsExport(flags), newSessionsVerify(flags),
		newSessionsFork(flags), newSessionsMove(flags, true), newSessionsMove(flags, false), newSessionsDelete(flags),
	)
	return cmd
}

// store returns the recorded conversations of this process's CODEX_HOME.
func (f *globalFlags) store() (*rollout.FileStore, error) {
	l, err := f.loader()
	if err != nil {
		return nil, err
	}
	return rollout.NewFileStore(l.Home, nil), nil
}

// locate finds a conversation that is recorded there.
func (f *globalFlags) locate(ctx context.Context, name string) (*rollout.FileStore, located, error) {
	store, err := f.store()
	if err != nil {
		return nil, located{}, err
	}
	at, err := locate(ctx, store, name)
	return store, at, err
}

// located is a conversation that the user named.
type located struct {
	id   protocol.ConversationID
	path string
}

// locate finds a conversation by its id or the path of its file.
func locate(ctx context.Context, store rollout.Store, name string) (located, error) {
	if id, err := protocol.ParseConversationID(name); err == nil {
		at, err := store.Find(ctx, id)
		return located{id, at.Path}, err
	}
	meta, err := store.Meta(ctx, name)
	if errors.Is(err, os.ErrNotExist) {
		return located{}, fmt.Errorf("%q is neither the id of a conversation nor a file", name)
	}
	if errors.Is(err, rollout.ErrNoMeta) || errors.Is(err, rollout.ErrEmpty) {
		// A file that lost its beginning goes by its name.
		if id, ok := rollout.NamedID(name); ok {
			return located{id, name}, nil
		}
	}
	if err != nil {
		return located{}, err
	}
	return located{meta.ID, name}, nil
}

// writeJSON prints a value for programs.
func writeJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// jsonFlag adds the flag for programs.
func jsonFlag(cmd *cobra.Command, asJSON *bool) {
	cmd.Flags().BoolVar(asJSON, "json", false, "print JSON")
}

// shownSession is a conversation as "sessions list --json" prints it.
type shownSession struct {
	ID        protocol.ConversationID `json:"id"`
	Timestamp string                  `json:"timestamp"`
	Cwd       string                  `json:"cwd"`
	Source    protocol.SessionSource  `json:"source,omitempty"`
	Preview   string                  `json:"preview"`
	Path      string                  `json:"path"`
}

func newSessionsList(flags *globalFlags) *cobra.Command {
	var limit int
	var all, archived, asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List conversations, newest first", Args: noArgs,
		Example: "  codex sessions list --limit 50\n  codex sessions list --all --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 0 {
				return usageError("--limit is %d, and must not be negative; 0 lists all", limit)
			}
			store, err := flags.store()
			if err != nil {
				return err
			}
			found, err := listSessions(cmd.Context(), store, limit, rollout.ListQuery{AnySource: all, Archived: archived})
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), found)
			}
			if len(found) == 0 {
				text := "No conversations are recorded"
				if !all {
					text += "; --all also lists those of codex exec and of MCP clients"
				}
				fmt.Fprintln(cmd.ErrOrStderr(), text)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, s := range found {
				fmt.Fprintf(w, "%s\t%s\t%s\n", s.ID, oneLine(localTime(s.Timestamp)), oneLine(s.Preview))
			}
			return w.Flush()
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 20, "how many to list; 0 lists all")
	cmd.Flags().BoolVar(&all, "all", false, "also those of codex exec and of MCP clients")
	cmd.Flags().BoolVar(&archived, "archived", false, "list the archive")
	jsonFlag(cmd, &asJSON)
	return cmd
}

// listSessions collects pages until limit, or the end when it is 0.
func listSessions(ctx context.Context, store rollout.Store, limit int, q rollout.ListQuery) ([]shownSession, error) {
	const pageSize = 100
	found := []shownSession{}
	for {
		q.PageSize = pageSize
		if limit > 0 {
			q.PageSize = min(pageSize, limit-len(found))
		}
		page, err := store.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, s := range page.Items {
			found = append(found, shownSession{ID: s.ID, Timestamp: s.Timestamp, Cwd: s.Cwd, Source: s.Source, Preview: s.Preview, Path: s.Path})
		}
		if page.Next.IsZero() || limit > 0 && len(found) >= limit {
			return found, nil
		}
		q.After = page.Next
	}
}

// localTime shows a recorded time in the user's zone.
func localTime(stamp string) string {
	t, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		return stamp
	}
	return t.Local().Format("2006-01-02 15:04")
}

// oneLine shortens what a file says to what fits on a line of a terminal, and
// does not control it.
func oneLine(text string) string {
	const width = 72
	runes := []rune(term.Clean(strings.Join(strings.Fields(text), " ")))
	if len(runes) > width {
		runes = append(runes[:width-1], '…')
	}
	return string(runes)
}
