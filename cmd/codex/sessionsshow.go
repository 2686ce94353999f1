package main

import (
	"bytes"
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/cmd/internal/term"
	"github.com/codex-go/codex/cmd/internal/transcript"
	"github.com/codex-go/codex/utils/atomicfile"
)

func newSessionsShow(flags *globalFlags) *cobra.Command {
	var full, asJSON bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show a conversation readably", Args: exactArgs(1),
		Example: "  codex sessions show 0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee | less -R",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := exclusive(cmd, "full", "json"); err != nil {
				return err
			}
			t, err := flags.transcript(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return t.WriteJSON(cmd.OutOrStdout())
			}
			color := bool(term.Wanted(os.Stdout, os.Getenv("NO_COLOR")))
			return t.WriteText(cmd.OutOrStdout(), transcript.TextOptions{Color: color, Full: full})
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "show all output of commands")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (f *globalFlags) transcript(ctx context.Context, name string) (*transcript.Transcript, error) {
	store, path, err := f.locateFile(ctx, name)
	if err != nil {
		return nil, err
	}
	return transcript.Read(ctx, store, path)
}

func newSessionsExport(flags *globalFlags) *cobra.Command {
	var html, asJSON bool
	var out string
	cmd := &cobra.Command{
		Use: "export ID", Short: "Export a conversation as a page, as text or as JSON", Args: exactArgs(1),
		Long:    "Writes a conversation as text, with --html as one page that needs nothing else, or with --json for programs.",
		Example: "  codex sessions export --html -o talk.html 0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := exclusive(cmd, "html", "json"); err != nil {
				return err
			}
			t, err := flags.transcript(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			write := func(w io.Writer) error { return t.WriteText(w, transcript.TextOptions{Full: true}) }
			switch {
			case html:
				write = t.WriteHTML
			case asJSON:
				write = t.WriteJSON
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
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to `FILE` instead of standard output")
	return cmd
}
