package tools

import (
	"errors"
	"fmt"
	"strings"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/sandbox"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/protocol"
)

// Confiner makes a [Sandbox] of the operating system's.
type Confiner struct{ Box *sandbox.Sandbox }

// Kind names what confines commands.
func (c Confiner) Kind() string { return c.Box.Kind() }

// Obstacle returns why nothing can be confined on this machine, or nil.
func (c Confiner) Obstacle() error { return c.Box.Obstacle() }

// Confine changes a command so that it runs under a policy. A command that the
// sandbox could not start is reported as what it is: not found, not executable,
// or not run because the policy cannot be enforced.
func (c Confiner) Confine(cmd *exec.Command, policy protocol.SandboxPolicy, cwd string) error {
	if len(cmd.Argv) == 0 {
		return &exec.StartError{ExitCode: exec.ExitNone, Err: exec.ErrEmptyCommand}
	}
	program := cmd.Argv[0]
	inv, err := c.Box.Wrap(sandbox.Request{
		Argv: cmd.Argv, Policy: policy, Cwd: cwd, ReportFD: exec.ReportFD,
		// A command on our own standard streams is the user's, not the model's.
		CloseOthers: cmd.Stdio == nil,
	})
	if err != nil {
		return fmt.Errorf("confine command: %w", err)
	}
	cmd.Program, cmd.Path, cmd.Arg0, cmd.KeptOption = program, inv.Path, inv.Arg0, inv.KeptOption
	cmd.Argv = append([]string{inv.Arg0}, inv.Args...)
	for _, variable := range inv.Env {
		name, value, _ := strings.Cut(variable, "=")
		cmd.Env = shellenv.With(cmd.Env, name, value)
	}
	if inv.Reports {
		cmd.Report = func(written []byte) error { return startFailure(program, sandbox.ParseReport(written)) }
	}
	return nil
}

// Keeper returns the keeper of a runner whose commands this sandbox confines, or nil
// where the system has none.
func (c Confiner) Keeper() *exec.Command {
	inv, ok := c.Box.Keeper()
	if !ok {
		return nil
	}
	return roleOf(inv)
}

// roleOf returns the command that makes the program a guard or a keeper.
func roleOf(inv *sandbox.Invocation) *exec.Command {
	return &exec.Command{Path: inv.Path, Arg0: inv.Arg0, Argv: append([]string{inv.Arg0}, inv.Args...), Dir: "/"}
}

// Guard returns the guard of a runner whose commands this sandbox confines, or
// nil if there is none.
func (c Confiner) Guard() *exec.Command {
	inv, err := c.Box.Guard()
	if err != nil {
		return nil
	}
	return roleOf(inv)
}

// Watch has a command watched over by the helper of the sandbox.
func (c Confiner) Watch(cmd *exec.Command) {
	inv, ok := c.Box.Watch(sandbox.Watched{Path: cmd.Path, Argv: cmd.Argv, ReportFD: exec.ReportFD})
	if !ok {
		return
	}
	program := cmd.Argv[0]
	cmd.Program, cmd.Path, cmd.Arg0, cmd.Watcher = program, inv.Path, inv.Arg0, true
	cmd.Argv = append([]string{inv.Arg0}, inv.Args...)
	cmd.Report = func(written []byte) error { return startFailure(program, sandbox.ParseReport(written)) }
}

// startFailure turns a failure of the sandbox's helper into that of a command
// which was not started.
func startFailure(program string, err error) error {
	var failure *sandbox.Failure
	if !errors.As(err, &failure) || failure.Setup {
		return err
	}
	cause := exec.ErrNotExecutable
	if failure.ExitCode == exec.ExitNotFound {
		cause = exec.ErrNotFound
	}
	return &exec.StartError{Program: program, ExitCode: failure.ExitCode, Err: fmt.Errorf("%w: %w", cause, failure)}
}
