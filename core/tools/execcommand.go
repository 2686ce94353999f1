package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/protocol"
)

// Names of the tools that run commands of a shell on terminals.
const (
	execCommandName = "exec_command"
	writeStdinName  = "write_stdin"
)

// Defaults of their arguments. (spec: exec-and-tools, exec_command)
const (
	defaultShell        = "/bin/bash"
	defaultYieldMS      = 10_000
	defaultInputYieldMS = 250
	defaultOutputTokens = 10_000
)

var execCommandTool = &modelclient.FunctionTool{
	Name: execCommandName,
	Description: "Runs a command of a shell on a terminal. Returns when the command has ended, or when the yield time is over; " +
		"the command goes on running then, and the output names its session.",
	Parameters: json.RawMessage(`{"type":"object","properties":{` +
		`"cmd":{"type":"string","description":"The command line for the shell"},` +
		`"login":{"type":"boolean","description":"Whether the shell is a login shell (default true)"},` +
		`"max_output_tokens":{"type":"number","description":"How many tokens of output to return at most (default 10000); the middle of longer output is left out"},` +
		`"shell":{"type":"string","description":"The shell that runs the command (default /bin/bash)"},` +
		`"yield_time_ms":{"type":"number","description":"How long to wait for the end of the command, in milliseconds (default 10000)"}` +
		`},"required":["cmd"],"additionalProperties":false}`),
}

var writeStdinTool = &modelclient.FunctionTool{
	Name: writeStdinName,
	Description: "Types characters for a command that is still running, waits for the yield time or the end of the command, " +
		"and returns the output since the last call.",
	Parameters: json.RawMessage(`{"type":"object","properties":{` +
		`"chars":{"type":"string","description":"What to type. Control characters are allowed, such as \\u0003 for Ctrl-C. Empty to look only"},` +
		`"max_output_tokens":{"type":"number","description":"How many tokens of output to return at most (default 10000); the middle of longer output is left out"},` +
		`"session_id":{"type":"number","description":"The session, as exec_command named it"},` +
		`"yield_time_ms":{"type":"number","description":"How long to wait for output, in milliseconds (default 250)"}` +
		`},"required":["session_id","chars"],"additionalProperties":false}`),
}

// execCommandArguments are the arguments of exec_command. Unknown members are
// passed over.
type execCommandArguments struct {
	Cmd             string  `json:"cmd"`
	YieldTimeMS     *uint64 `json:"yield_time_ms,omitzero"`
	MaxOutputTokens *uint64 `json:"max_output_tokens,omitzero"`
	Shell           string  `json:"shell,omitzero"`
	Login           *bool   `json:"login,omitzero"`
}

// writeStdinArguments are the arguments of write_stdin.
type writeStdinArguments struct {
	SessionID       uint32  `json:"session_id"`
	Chars           string  `json:"chars"`
	YieldTimeMS     *uint64 `json:"yield_time_ms,omitzero"`
	MaxOutputTokens *uint64 `json:"max_output_tokens,omitzero"`
}

// command returns the command that the arguments ask for.
func (a *execCommandArguments) command(callID, cwd string) *command {
	shell, flag := a.Shell, "-lc"
	if shell == "" {
		shell = defaultShell
	}
	if a.Login != nil && !*a.Login {
		flag = "-c"
	}
	c := &command{callID: callID, argv: []string{shell, flag, a.Cmd}, dir: cwd}
	if flag == "-lc" && (shell == defaultShell || shell == "bash") {
		// The rules for commands know the shell by its name.
		c.plain = []string{filepath.Base(shell), flag, a.Cmd}
	}
	return c
}

// execCommand carries out a call of exec_command. It goes through the same
// decisions, sandbox and environment as the shell tool.
// (spec: exec-and-tools, exec_command; do better)
func (s *Set) execCommand(ctx context.Context, h Host, call *protocol.FunctionCallItem) (Result, error) {
	var a execCommandArguments
	if err := protocol.Unmarshal([]byte(call.Arguments), &a); err != nil {
		return badArguments(err), nil
	}
	wait := exec.TimeoutFromMillis(orDefault(a.YieldTimeMS, defaultYieldMS))
	return s.startSession(ctx, h, a.command(call.CallID, h.Cwd()), s.commands, wait, commandText(a.MaxOutputTokens))
}

// writeStdin carries out a call of write_stdin.
func (s *Set) writeStdin(ctx context.Context, h Host, call *protocol.FunctionCallItem) (Result, error) {
	var a writeStdinArguments
	if err := protocol.Unmarshal([]byte(call.Arguments), &a); err != nil {
		return badArguments(err), nil
	}
	ses := s.commands.get(a.SessionID)
	if ses == nil {
		return failed("there is no session %d: its end was reported, or it was never started", a.SessionID), nil
	}
	wait := exec.TimeoutFromMillis(orDefault(a.YieldTimeMS, defaultInputYieldMS))
	return s.typeInto(ctx, h, call.CallID, s.commands, ses, a.Chars, wait, commandText(a.MaxOutputTokens))
}

func orDefault(given *uint64, value uint64) *uint64 {
	if given != nil {
		return given
	}
	return &value
}

// outputLimit converts tokens to bytes, as far as output is kept at all.
func outputLimit(tokens *uint64) int {
	const bytesPerToken = 4
	return int(min(*orDefault(tokens, defaultOutputTokens), exec.DefaultTerminalLimit/bytesPerToken)) * bytesPerToken
}

// commandText returns what makes the text of exec_command and write_stdin, with
// at most so many tokens of output.
func commandText(tokens *uint64) func(*look) Result {
	limit := outputLimit(tokens)
	return func(l *look) Result {
		var b strings.Builder
		fmt.Fprintf(&b, "Wall time: %.3f seconds\n", l.wall.Seconds())
		if l.outcome == nil {
			fmt.Fprintf(&b, "Process running with session ID %d\n", l.session.id)
		} else {
			fmt.Fprintf(&b, "Process exited with code %d\n", l.outcome.exitCode)
		}
		text, total := l.output.Middle(limit)
		if l.output.Dropped > 0 || total > int64(limit) {
			fmt.Fprintf(&b, "Warning: truncated output (original token count: %d)\n", exec.Tokens(total))
		}
		for _, w := range l.warnings {
			b.WriteString(w + "\n")
		}
		b.WriteString("Output:\n" + text)
		if l.denied {
			fmt.Fprintf(&b, "\n"+deniedNote, l.sandbox)
		}
		return Result{Text: b.String(), Success: l.outcome == nil || l.outcome.exitCode == 0}
	}
}
