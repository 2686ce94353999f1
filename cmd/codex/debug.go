package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/sandbox"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

func newDebug(flags *globalFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "debug",
		Short:   "Look at what the program does to commands",
		Example: "  codex debug sandbox\n  codex debug landlock -- touch /etc/x",
		Args:    cobra.ArbitraryArgs,
		RunE:    needCommand,
	}
	cmd.AddCommand(newDebugRun(flags, "landlock", "linux", "Linux"), newDebugRun(flags, "seatbelt", "darwin", "macOS"), newDebugSandbox())
	return cmd
}

// newDebugSandbox tells what is enforced on this machine.
func newDebugSandbox() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "sandbox", Short: "Tell what the sandbox enforces on this machine", Args: noArgs,
		Example: "  codex debug sandbox --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			box, err := sandbox.New(&sandbox.Options{TempDir: os.Getenv("TMPDIR")})
			if err != nil {
				return err
			}
			report, err := box.Report(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), report)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), report)
			return err
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// newDebugRun runs a command inside the sandbox of one system: goos, for people
// system.
func newDebugRun(flags *globalFlags, name, goos, system string) *cobra.Command {
	var fullAuto bool
	cmd := &cobra.Command{
		Use:   name + " [--full-auto] [--] COMMAND [ARGS...]",
		Short: "Run a command inside the sandbox of " + system,
		Long: "Runs a command under the read-only policy, or with --full-auto under workspace-write, as a conversation would:\n" +
			"with the environment that the configuration gives to commands. It exits with the command's exit code.",
		Example:               "  codex debug " + name + " -- touch /etc/x",
		DisableFlagsInUseLine: true, // a flag behind the command is the command's
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case runtime.GOOS != goos:
				return fmt.Errorf("%s is not available on this system: it is the sandbox of %s", name, system)
			case len(args) == 0:
				return &exitError{code: 101, err: fmt.Errorf("no command to run")}
			}
			return flags.runConfined(cmd, args, fullAuto)
		},
	}
	cmd.Flags().BoolVar(&fullAuto, "full-auto", false, "let the command write in the workspace")
	cmd.Flags().SetInterspersed(false)
	return cmd
}

func (f *globalFlags) runConfined(cmd *cobra.Command, argv []string, fullAuto bool) error {
	l, err := f.loader()
	if err != nil {
		return err
	}
	mode := protocol.SandboxReadOnly
	if fullAuto {
		mode = protocol.SandboxWorkspaceWrite
	}
	cfg, err := l.Load(cmd.Context(), config.Overrides{SandboxMode: mode})
	if err != nil {
		return err
	}
	box, err := sandbox.New(&sandbox.Options{TempDir: os.Getenv("TMPDIR")})
	if err != nil {
		return err
	}
	c := exec.Command{
		Argv:    argv,
		Dir:     cfg.Cwd,
		Env:     tools.Environ(cfg.ShellEnvironment.Environ(cfg.Environ), cfg.SandboxPolicy),
		Timeout: exec.NoTimeout,
		Stdio:   &exec.Stdio{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr},
	}
	confiner := tools.Confiner{Box: box}
	if err := confiner.Confine(&c, cfg.SandboxPolicy, cfg.Cwd); err != nil {
		return &exitError{code: 101, err: err}
	}
	runner := exec.NewRunner(nil)
	defer runner.Close()
	result, err := runner.Run(cmd.Context(), c, nil)
	switch {
	case err != nil:
		return &exitError{code: 101, err: err}
	case result.ExitCode != 0:
		return &exitError{code: result.ExitCode}
	}
	return nil
}
