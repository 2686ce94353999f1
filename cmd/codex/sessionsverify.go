package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/cmd/internal/term"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

// Exit codes of "sessions verify" beside 0, for a sound file.
const (
	exitDamaged  = 1
	exitRepaired = 3
)

func newSessionsVerify(flags *globalFlags) *cobra.Command {
	var repair, asJSON bool
	cmd := &cobra.Command{
		Use: "verify ID", Short: "Check the file of a conversation, and repair it", Args: exactArgs(1),
		Long: "Reads every line of the file, and says what cannot be read and what is missing.\n\n" +
			"--repair puts a sound file in the place of a damaged one and keeps the damaged one beside it, with .damaged behind\n" +
			"its name. Lines that can be read stay as they are, and others are left out. A lost first line is made again from the\n" +
			"name of the file and the first turn, so that the conversation can go on.\n\n" +
			"The exit status is 0 when the file is sound, 3 when it was damaged and is sound now, and 1 when it is damaged.",
		Example: "  codex sessions verify --repair 0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee",
		RunE: func(cmd *cobra.Command, args []string) error {
			store, path, err := flags.locateFile(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			found, err := examine(cmd.Context(), store, path, repair)
			if err != nil {
				return err
			}
			if asJSON {
				err = writeJSON(cmd.OutOrStdout(), found)
			} else {
				err = found.print(cmd.OutOrStdout())
			}
			if err != nil {
				return err
			}
			return found.exit()
		},
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "repair what can be repaired")
	jsonFlag(cmd, &asJSON)
	return cmd
}

// locateFile finds a file by the id of its conversation or by its path. Unlike
// locate it does not ask that the file says whose it is.
func (f *globalFlags) locateFile(ctx context.Context, name string) (store *rollout.FileStore, path string, err error) {
	if store, err = f.store(); err != nil {
		return nil, "", err
	}
	if id, err := protocol.ParseConversationID(name); err == nil {
		at, err := store.Find(ctx, id)
		return store, at.Path, err
	}
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		return nil, "", fmt.Errorf("%q is neither the id of a conversation nor a file", name)
	}
	return store, name, nil
}

// examined is what "sessions verify" found out and did.
type examined struct {
	ID           protocol.ConversationID `json:"id"` // "" when the file does not tell
	Path         string                  `json:"path"`
	Status       string                  `json:"status"` // sound, repaired or damaged
	Lines        int                     `json:"lines"`
	Unreadable   int                     `json:"unreadable"`
	FirstProblem string                  `json:"first_problem,omitempty"`
	Torn         bool                    `json:"torn"`
	Nameless     string                  `json:"nameless,omitempty"`     // why it cannot be resumed
	Missing      string                  `json:"missing,omitempty"`      // what is not there of the beginning
	Aside        string                  `json:"aside,omitempty"`        // where the damaged file is kept
	NotRepaired  string                  `json:"not_repaired,omitempty"` // why
	named        bool
}

// examine checks a file and, if asked, repairs it. What it tells about damage is
// how it was before that.
func examine(ctx context.Context, store *rollout.FileStore, path string, repair bool) (*examined, error) {
	h, err := store.Verify(ctx, path)
	if err != nil {
		return nil, err
	}
	e := &examined{
		ID: h.ID, Path: h.Path, Status: "sound", Lines: h.Report.Lines, Unreadable: h.Report.Invalid, Torn: h.Torn,
		FirstProblem: text(h.Report.First), Nameless: text(h.Nameless), Missing: text(h.Report.Missing),
	}
	if h.Sound() {
		return e, nil
	}
	e.Status = "damaged"
	if !repair {
		return e, nil
	}
	done, err := store.Repair(ctx, path)
	if err != nil {
		e.NotRepaired = err.Error()
		return e, nil
	}
	e.Aside = done.Aside
	if done.Named != "" {
		e.ID, e.named = done.Named, true
	}
	if h.Report.Missing == nil {
		e.Status = "repaired"
	}
	return e, nil
}

// text returns what an error says, "" for nil.
func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// print says it to people.
func (e *examined) print(w io.Writer) error {
	var err error
	say := func(told bool, format string, args ...any) {
		if told && err == nil {
			_, err = fmt.Fprintln(w, term.Clean(fmt.Sprintf(format, args...)))
		}
	}
	say(true, "%s: %d lines, %d of them cannot be read", e.Path, e.Lines, e.Unreadable)
	say(e.FirstProblem != "", "first problem: %s", e.FirstProblem)
	say(e.Torn, "the last line is cut off")
	say(e.Nameless != "", "the conversation cannot be resumed: %s", e.Nameless)
	say(e.Missing != "", "%s", e.Missing)
	say(e.Aside != "", "repaired; the file as it was is kept as %s", e.Aside)
	say(e.Aside != "" && e.Unreadable > 0, "left out: %d lines that cannot be read", e.Unreadable)
	say(e.named, "made again: the first line, which says that this is the conversation %s", e.ID)
	say(e.NotRepaired != "", "not repaired: %s", e.NotRepaired)
	say(e.Status == "sound", "the file is sound")
	return err
}

// exit returns the error that ends the program with the right code.
func (e *examined) exit() error {
	switch e.Status {
	case "sound":
		return nil
	case "repaired":
		return &exitError{code: exitRepaired}
	}
	return &exitError{code: exitDamaged}
}
