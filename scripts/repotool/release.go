package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/codex-go/codex/scripts/internal/release"
	"github.com/codex-go/codex/scripts/internal/workspace"
)

// makeRelease makes a release in a clone, tries it as a stranger would, and
// prints how to publish it.
func makeRelease(ctx context.Context, w *workspace.Workspace, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.SetOutput(out)
	dry := flags.Bool("dry-run", false, "make and try the release, say what it holds, and remove it")
	dir := flags.String("dir", "", "`folder` for the clone and the module proxy; empty or new (default: a new temporary one)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("usage: release [-dry-run] [-dir FOLDER] VERSION, such as v1.2.3")
	}
	changes, err := workspace.Git(ctx, w.Root, "status", "--porcelain")
	if err != nil {
		return err
	}
	if changes != "" {
		if !*dry {
			return errors.New("there are changes that are not committed")
		}
		fmt.Fprintln(out, "note: changes that are not committed are not part of it")
	}
	scratch, err := os.MkdirTemp("", "codex-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	to := *dir
	switch {
	case *dry:
		to = filepath.Join(scratch, "release")
	case to == "":
		if to, err = os.MkdirTemp("", "codex-"+flags.Arg(0)+"-"); err != nil {
			return err
		}
	default:
		if to, err = filepath.Abs(to); err != nil {
			return err
		}
	}
	r, err := release.Cut(ctx, release.Options{
		From:     w.Root,
		To:       to,
		Version:  flags.Arg(0),
		Progress: func(what string) { fmt.Fprintln(out, what) },
	})
	if err != nil {
		return err
	}
	if _, err := r.Verify(ctx, filepath.Join(scratch, "verify")); err != nil {
		return err
	}
	stat, err := workspace.Git(ctx, r.Clone, "show", "--stat", "--format=%h %s", "HEAD")
	if err != nil {
		return err
	}
	fmt.Fprint(out, "\n", stat, "\ntags: ", strings.Join(r.Tags, " "), "\n")
	if *dry {
		fmt.Fprintln(out, "dry run: nothing was kept")
		return nil
	}
	fmt.Fprintf(out, "\nThe release is in %s. To publish it:\n\n  git -C %s push %s %s %s\n",
		r.Clone, r.Clone, upstream(ctx, w), r.Branch, strings.Join(r.Tags, " "))
	return nil
}

// upstream is where the repository is published.
func upstream(ctx context.Context, w *workspace.Workspace) string {
	if url, err := workspace.Git(ctx, w.Root, "remote", "get-url", "origin"); err == nil {
		return strings.TrimSpace(url)
	}
	return "https://" + w.Prefix + ".git"
}
