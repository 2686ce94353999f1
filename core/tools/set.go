package tools

import (
	"context"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/mcpclient"
	"github.com/codex-go/codex/core/sandbox"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/protocol"
)

// Runner runs processes. [*exec.Runner] is one.
type Runner interface {
	Run(ctx context.Context, c exec.Command, o *exec.Options) (*exec.Result, error)
}

// Sandbox confines processes. It is nil where there is none.
type Sandbox interface {
	// Confine changes a command so that it runs under a policy. cwd is the
	// directory that the policy's roots refer to. It fails when this machine
	// cannot enforce the policy; then the command must not run.
	Confine(c *exec.Command, policy protocol.SandboxPolicy, cwd string) error
	// Kind names the kind of sandbox for messages to the model.
	Kind() string
	// Obstacle returns why nothing can be confined on this machine, or nil.
	Obstacle() error
}

// Options are what a [Set] is made of.
type Options struct {
	// Runner runs the commands. Required.
	Runner Runner
	// Sandbox confines them; nil means that nothing can be confined.
	Sandbox Sandbox
	// Shell is the user's shell.
	Shell shellenv.Shell
	// UseProfile runs commands through the user's shell profile.
	UseProfile bool
	// Environ is the environment of commands, without what the sandbox adds.
	Environ []string
	// TempDir is $TMPDIR of the server, a writable root of its own; "" for
	// none.
	TempDir string
	// Executable is this program, which applies patches inside the sandbox; ""
	// means that patches cannot be confined.
	Executable string
	// IncludeApplyPatch offers apply_patch to families that leave the choice.
	IncludeApplyPatch bool
	// ExecCommandTool offers exec_command and write_stdin in place of the
	// shell, and UnifiedExecTool offers unified_exec in place of both, if
	// Runner can start terminals.
	ExecCommandTool, UnifiedExecTool bool
	// McpServers opens the MCP servers of the conversation, which tell failed
	// what is wrong with them; nil means that there are none.
	McpServers func(failed func(*mcpclient.Failure)) *mcpclient.Servers
}

// Set is the tools of one conversation. It is safe for concurrent use.
type Set struct {
	o Options
	// terminals is nil when the runner has none.
	terminals Terminals
	// commands and unified are the sessions of exec_command and unified_exec.
	commands, unified *sessionTable
	// mcp is nil when there are no MCP servers. It is set by Start.
	mcp *mcpclient.Servers
}

// NewSet returns the tools of a conversation.
func NewSet(o Options) *Set {
	s := &Set{o: o, commands: newSessionTable(writeStdinName), unified: newSessionTable(unifiedExecName)}
	if exec.TerminalsSupported {
		s.terminals, _ = o.Runner.(Terminals)
	}
	return s
}

// Close ends what the tools have started and waits for the last events of it, or
// until ctx ends.
func (s *Set) Close(ctx context.Context) {
	s.commands.end()
	s.unified.end()
	s.closeMcp(ctx)
	s.commands.wait(ctx)
	s.unified.wait(ctx)
}

// networkDisabled tells programs that they run without a network. It depends
// on the policy, not on whether this command was confined.
const networkDisabled = "CODEX_SANDBOX_NETWORK_DISABLED"

// Environ returns the environment of a command under a policy. base is not
// changed.
func Environ(base []string, p protocol.SandboxPolicy) []string {
	if protocol.FullNetwork(p) {
		return base
	}
	return shellenv.With(base, networkDisabled, "1")
}

// Obstacle returns why nothing can be confined on this machine although there is a
// sandbox, or nil.
func (s *Set) Obstacle() error {
	if s.o.Sandbox == nil {
		return nil
	}
	return s.o.Sandbox.Obstacle()
}

// confinesPatches reports whether patches can be applied inside a sandbox: by
// this program, which must be known for that.
func (s *Set) confinesPatches() bool { return s.o.Sandbox != nil && s.o.Executable != "" }

// roots returns where commands may write under a policy, with the paths below
// that may not be written. (spec: exec-and-tools, sandbox policies)
func (s *Set) roots(p protocol.SandboxPolicy, cwd string) sandbox.Roots {
	return sandbox.WritableRoots(p, cwd, s.o.TempDir)
}
