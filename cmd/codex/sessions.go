package main

import (
	"bytes"
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
	"github.com/codex-go/codex/cmd/internal/transcript"
	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/atomicfile"
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
	if err != nil {
		return located{}, err
	}
	return located{meta.ID, name}, nil
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
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				return enc.Encode(found)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, s := range found {
				fmt.Fprintf(w, "%s\t%s\t%s\n", s.ID, localTime(s.Timestamp), oneLine(s.Preview))
			}
			return w.Flush()
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 20, "how many to list; 0 lists all")
	cmd.Flags().BoolVar(&all, "all", false, "also those of codex exec and of MCP clients")
	cmd.Flags().BoolVar(&archived, "archived", false, "list the archive")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
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

// oneLine shortens a preview to what fits on a line.
func oneLine(text string) string {
	const width = 72
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > width {
		runes = append(runes[:width-1], '…')
	}
	return string(runes)
}

func newSessionsShow(flags *globalFlags) *cobra.Command {
	var full bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show a conversation readably", Args: exactArgs(1),
		Example: "  codex sessions show 0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee | less -R",
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := flags.transcript(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			color := bool(term.Wanted(os.Stdout, os.Getenv("NO_COLOR")))
			return t.WriteText(cmd.OutOrStdout(), transcript.TextOptions{Color: color, Full: full})
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "show all output of commands")
	return cmd
}

func (f *globalFlags) transcript(ctx context.Context, name string) (*transcript.Transcript, error) {
	store, err := f.store()
	if err != nil {
		return nil, err
	}
	at, err := locate(ctx, store, name)
	if err != nil {
		return nil, err
	}
	return transcript.Read(ctx, store, at.path)
}

func newSessionsExport(flags *globalFlags) *cobra.Command {
	var html bool
	var out string
	cmd := &cobra.Command{
		Use: "export ID", Short: "Export a conversation as a page or as text", Args: exactArgs(1),
		Long:    "Writes a conversation as text, or with --html as one page that needs nothing else.",
		Example: "  codex sessions export --html -o talk.html 0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee",
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := flags.transcript(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			write := func(w io.Writer) error { return t.WriteText(w, transcript.TextOptions{Full: true}) }
			if html {
				write = t.WriteHTML
			}
			if out == "" || out == "-" {
				return write(cmd.OutOrStdout())
			}
			var b bytes.Buffer
			if err := write(&b); err != nil {
				return err
			}
			return atomicfile.Replace(out, b.Bytes(), atomicfile.Options{Mode: 0o600})
		},
	}
	cmd.Flags().BoolVar(&html, "html", false, "write a page")
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to `FILE` instead of standard output")
	return cmd
}

func newSessionsVerify(flags *globalFlags) *cobra.Command {
	var repair bool
	cmd := &cobra.Command{
		Use: "verify ID", Short: "Check the file of a conversation, and repair it", Args: exactArgs(1),
		Long: "Reads every line of the file and says what cannot be read. --repair ends a last line that a crash cut off,\n" +
			"so that the conversation can go on; nothing that was recorded is changed or removed.",
		Example: "  codex sessions verify --repair 0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee",
		RunE: func(cmd *cobra.Command, args []string) error {
			store, at, err := flags.locate(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return verify(cmd.Context(), store, at, repair, cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "repair what can be repaired")
	return cmd
}

// verify checks a file and says what it found and did.
func verify(ctx context.Context, store rollout.Store, at located, repair bool, out io.Writer) error {
	var report rollout.Report
	for _, err := range store.Read(ctx, at.path, &report) {
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%s: %d lines, %d of them cannot be read\n", at.path, report.Lines, report.Invalid)
	if report.First != nil {
		fmt.Fprintf(out, "first problem: %v\n", report.First)
	}
	_, unnamed := store.Meta(ctx, at.path)
	if unnamed != nil {
		fmt.Fprintf(out, "the conversation cannot be resumed: %v\n", unnamed)
	}
	torn, err := endsInLine(at.path)
	if err != nil {
		return err
	}
	switch {
	case torn && repair:
		w, err := store.Resume(ctx, at.path, rollout.WriterOptions{})
		if err != nil {
			return fmt.Errorf("repair: %w", err)
		}
		if err := w.Close(ctx); err != nil {
			return fmt.Errorf("repair: %w", err)
		}
		fmt.Fprintln(out, "repaired: the last line was cut off and is ended now")
	case torn:
		fmt.Fprintln(out, "the last line is cut off; --repair ends it")
	}
	if report.Invalid > 0 || torn && !repair || unnamed != nil {
		return &exitError{code: 1}
	}
	fmt.Fprintln(out, "the file is sound")
	return nil
}

// endsInLine reports whether the file ends in the middle of a line.
func endsInLine(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return false, err
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, size-1); err != nil {
		return false, err
	}
	return last[0] != '\n', nil
}

func newSessionsFork(flags *globalFlags) *cobra.Command {
	var nth int
	cmd := &cobra.Command{
		Use: "fork ID", Short: "Copy the beginning of a conversation into a new one", Args: exactArgs(1),
		Long:    "Makes a new conversation with everything before one of the user's messages, counted from 0, and prints its id.",
		Example: "  codex sessions fork --before 2 0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee",
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.withAgent(cmd.Context(), config.Overrides{}, func(ctx context.Context, a *agent.Agent) error {
				at, err := locate(ctx, a.Store, args[0])
				if err != nil {
					return err
				}
				c, err := a.Conversations.Fork(ctx, a.Startup, at.path, nth, &conversation.StartOptions{Source: protocol.SourceCLI})
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), c.ID())
				return nil
			})
		},
	}
	cmd.Flags().IntVar(&nth, "before", 1, "number of the user's message to stop before")
	return cmd
}

// newSessionsMove is archive, and unarchive.
func newSessionsMove(flags *globalFlags, archive bool) *cobra.Command {
	use, short, done := "archive ID", "Move a conversation to the archive", "archived"
	if !archive {
		use, short, done = "unarchive ID", "Move a conversation back from the archive", "restored"
	}
	return &cobra.Command{
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
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", done, path)
			return nil
		},
	}
}

func newSessionsDelete(flags *globalFlags) *cobra.Command {
	var yes bool
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
				sure, err := askOnTerminal(cmd.Context(), "Delete "+at.path+" for good?")
				if err != nil || !sure {
					return err
				}
			}
			if err := store.Delete(cmd.Context(), at.id, at.path); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "deleted: %s\n", at.path)
			return nil
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}
