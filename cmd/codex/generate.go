package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/protocol/schema"
)

// generateFlags are the flags of the commands that describe the protocol.
type generateFlags struct {
	out      string
	prettier string
	diff     string
}

// (spec: app-server, TypeScript generation)
func newGenerateTS() *cobra.Command {
	var f generateFlags
	cmd := &cobra.Command{
		Use: "generate-ts", Short: "Write the app-server protocol as TypeScript", Args: noArgs,
		Long: "Writes the types of the app-server protocol to a folder: one file a type, and index.ts. Generated files\n" +
			"there that are no longer part of it are removed; other files are left alone.\n\n" +
			"--diff says what changed since another folder was written, by this program or one like it, and ends\n" +
			"with status 1 when that breaks clients.",
		Example: "  codex generate-ts --out src/protocol\n  codex generate-ts --diff src/protocol",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd, schema.WriteTypeScript, schema.CompareTypeScript)
		},
	}
	f.register(cmd)
	cmd.Flags().StringVarP(&f.prettier, "prettier", "p", "", "format the files with this `PROGRAM`")
	return cmd
}

func newGenerateJSONSchema() *cobra.Command {
	var f generateFlags
	cmd := &cobra.Command{
		Use: "generate-json-schema", Short: "Write the protocol as JSON Schema", Args: noArgs,
		Long: "Writes JSON Schema (draft 2020-12) of the app-server protocol, of operations and events, and of the lines of\n" +
			"recordings to a folder: " + schema.BundleName + " with everything, and one file a type. Generated files\n" +
			"there that are no longer part of it are removed; other files are left alone.\n\n" +
			"--diff says what changed since another folder was written, and ends with status 1 when that breaks clients.",
		Example: "  codex generate-json-schema --out schema\n  codex generate-json-schema --diff schema",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd, schema.WriteJSON, schema.CompareJSON)
		},
	}
	f.register(cmd)
	return cmd
}

func (f *generateFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.out, "out", "o", "", "write to this `DIR`, which is made when it is missing")
	cmd.Flags().StringVar(&f.diff, "diff", "", "say what changed since `OLD_DIR` was written")
}

// run compares with the old folder, which may be the new one, and then writes.
func (f *generateFlags) run(cmd *cobra.Command, write func(dir string) ([]string, error), compare func(dir string) ([]schema.Change, error)) error {
	switch {
	case f.out == "" && f.diff == "":
		return usageError("say where to write, with --out DIR; see \"%s --help\"", cmd.CommandPath())
	case f.out == "" && f.prettier != "":
		return usageError("--prettier needs --out")
	}
	var changes []schema.Change
	if f.diff != "" {
		var err error
		if changes, err = compare(f.diff); err != nil {
			return err
		}
	}
	if f.out != "" {
		written, err := write(f.out)
		if err != nil {
			return err
		}
		if f.prettier != "" {
			if err := prettify(cmd.Context(), f.prettier, f.out, written, cmd.ErrOrStderr()); err != nil {
				return err
			}
		}
	}
	if f.diff != "" {
		return printChanges(cmd.OutOrStdout(), changes)
	}
	return nil
}

// prettify runs a formatter once, on the written files that lie in dir itself.
func prettify(ctx context.Context, program, dir string, written []string, output io.Writer) error {
	args := []string{"--write"}
	for _, path := range written {
		if filepath.Dir(path) == filepath.Clean(dir) {
			args = append(args, path)
		}
	}
	slices.Sort(args[1:])
	format := exec.CommandContext(ctx, program, args...)
	format.Stdout, format.Stderr = output, output
	if err := format.Run(); err != nil {
		return fmt.Errorf("format the files with %s: %w", program, err)
	}
	return nil
}

// printChanges prints what changed. The error is one when something breaks.
func printChanges(out io.Writer, changes []schema.Change) error {
	breaking := 0
	for _, c := range changes {
		if c.Breaks {
			breaking++
		}
		if _, err := fmt.Fprintln(out, c); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(out, "breaking changes: %d, other changes: %d\n", breaking, len(changes)-breaking); err != nil {
		return err
	}
	if breaking > 0 {
		return &exitError{code: 1}
	}
	return nil
}
