package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/cmd/internal/demo"
	"github.com/codex-go/codex/cmd/internal/term"
)

func newDemo(flags *globalFlags) *cobra.Command {
	var auto, raw bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show a whole conversation, without a key or a network",
		Long: "Starts a scripted model and a real app-server on a scratch folder and holds a conversation over the wire:\n" +
			"streaming text, a command that asks for approval, a patch, the difference it made, and the recorded file.\n\n" +
			"On a terminal it asks you before the command runs and before the patch is applied; where the input is no\n" +
			"terminal, both are approved. Everything happens in the scratch folder, which stays for you to look at; one\n" +
			"that is broken off or fails leaves nothing.",
		Example: "  codex demo\n  codex demo --auto --json",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			self, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find this program: %w", err)
			}
			o := demo.Options{
				Executable: self,
				Out:        cmd.OutOrStdout(),
				Color:      bool(term.Wanted(os.Stdout, os.Getenv("NO_COLOR"))),
				JSON:       raw,
				Flags:      flags.args(),
				Pace:       demoPace,
			}
			if !auto && term.IsTerminal(os.Stdin) { // nobody is asked without a terminal
				o.Ask = askOnTerminal
			}
			err = demo.Run(cmd.Context(), o)
			if cmd.Context().Err() != nil {
				return &exitError{code: interrupted}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&auto, "auto", false, "approve everything without asking, as without a terminal")
	cmd.Flags().BoolVar(&raw, "json", false, "print the messages as they go over the wire, one a line")
	return cmd
}

// args returns the flags for another command of this program.
func (f *globalFlags) args() []string {
	var args []string
	for _, setting := range f.config {
		args = append(args, "-c", setting)
	}
	if f.strict {
		args = append(args, "--strict-config")
	}
	return args
}

// askOnTerminal asks the user a question. The end of the input means no.
func askOnTerminal(ctx context.Context, question string) (bool, error) {
	fmt.Fprintf(os.Stderr, "%s [Y/n] ", question)
	// What is shown next stands below the question and the key that broke it off.
	defer context.AfterFunc(ctx, func() { fmt.Fprintln(os.Stderr) })()
	answer, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if errors.Is(err, io.EOF) {
		fmt.Fprintln(os.Stderr)
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the answer: %w", err)
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "" || strings.HasPrefix(answer, "y"), nil
}
