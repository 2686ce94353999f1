package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/codex-go/codex/scripts/internal/rename"
	"github.com/codex-go/codex/scripts/internal/sourcecheck"
	"github.com/codex-go/codex/scripts/internal/workspace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "repotool:", err)
		os.Exit(1)
	}
}

// run carries out one command.
func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New("say check, rename or release")
	}
	w, err := workspace.Find(".")
	if err != nil {
		return err
	}
	switch command, args := args[0], args[1:]; command {
	case "check":
		return check(ctx, w, args, out)
	case "rename":
		return renameModules(ctx, w, args, out)
	case "release":
		return makeRelease(ctx, w, args, out)
	default:
		return fmt.Errorf("no command %q: say check, rename or release", command)
	}
}

// check prints what the repository's files must not hold.
func check(ctx context.Context, w *workspace.Workspace, args []string, out io.Writer) error {
	if len(args) > 0 {
		return fmt.Errorf("check takes no arguments, got %q", args[0])
	}
	problems, err := sourcecheck.Repository(ctx, w.Root)
	if err != nil {
		return err
	}
	for _, p := range problems {
		fmt.Fprintln(out, p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d problems in the sources", len(problems))
	}
	return nil
}

// renameModules changes the prefix of the modules.
func renameModules(ctx context.Context, w *workspace.Workspace, args []string, out io.Writer) error {
	if len(args) != 1 || strings.HasPrefix(args[0], "-") {
		return errors.New("usage: rename PREFIX, such as github.com/someone/codex")
	}
	changed, err := rename.Prefix(ctx, w.Root, args[0])
	for _, name := range changed {
		fmt.Fprintln(out, name)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d files changed from %s to %s\n", len(changed), w.Prefix, args[0])
	return nil
}
