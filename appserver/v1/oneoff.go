package v1

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// oneOffFailure is the data of the error for a command that was started and did
// not end by itself.
type oneOffFailure struct {
	ExitCode int    `json:"exitCode"`
	Signal   int    `json:"signal,omitzero"`
	TimedOut bool   `json:"timedOut"`
	Stdout   string `json:"stdout"`
	Stderr   string `json:"stderr"`
}

// execOneOffCommand runs a command outside any conversation. It ends with the
// connection. (spec: app-server, execOneOffCommand)
func (m *Methods) execOneOffCommand(ctx context.Context, r *protocol.ExecOneOffCommandParams) (*protocol.ExecOneOffCommandResponse, error) {
	if len(r.Command) == 0 {
		return nil, invalidRequest("command must not be empty")
	}
	ctx, cancel := m.whileInput(ctx)
	defer cancel()

	startup := m.b.Startup
	cwd := startup.Cwd
	if r.Cwd != nil {
		if cwd = *r.Cwd; !filepath.IsAbs(cwd) {
			cwd = filepath.Join(startup.Cwd, cwd)
		}
	}
	policy := startup.SandboxPolicy
	if r.SandboxPolicy != nil {
		policy = r.SandboxPolicy
	}
	cmd := exec.Command{
		Argv:    r.Command,
		Dir:     cwd,
		Env:     tools.Environ(startup.ShellEnvironment.Environ(startup.Environ), policy),
		Timeout: exec.TimeoutFromMillis(r.TimeoutMS),
	}
	if !protocol.FullDiskWrite(policy) {
		if m.b.Sandbox == nil {
			return nil, internalError("exec failed: the sandbox policy %q cannot be enforced here", policy.Mode())
		}
		if err := m.b.Sandbox.Confine(&cmd, policy, cwd); err != nil {
			return nil, replyError("exec failed", err)
		}
	}
	result, err := m.b.Runner.Run(ctx, cmd, nil)
	switch {
	case err != nil && result == nil:
		return nil, replyError("exec failed", err)
	case err != nil:
		return nil, oneOffError("the server is shutting down", result)
	case result.TimedOut:
		return nil, oneOffError(fmt.Sprintf("the command timed out after %d ms", result.Duration.Milliseconds()), result)
	case result.Signal != 0:
		return nil, oneOffError(fmt.Sprintf("the command was killed by signal %d", int(result.Signal)), result)
	}
	return &protocol.ExecOneOffCommandResponse{
		ExitCode: int32(result.ExitCode),
		Stdout:   result.Stdout.String(),
		Stderr:   result.Stderr.String(),
	}, nil
}

// oneOffError tells why a command did not end by itself, with what it wrote.
func oneOffError(why string, r *exec.Result) error {
	answer := jsonrpc.Errorf(jsonrpc.CodeInternalError, "exec failed: %s", why)
	data, err := json.Marshal(oneOffFailure{
		ExitCode: r.ExitCode, Signal: int(r.Signal), TimedOut: r.TimedOut,
		Stdout: r.Stdout.String(), Stderr: r.Stderr.String(),
	})
	if err != nil {
		return errors.Join(answer, err)
	}
	answer.Data = data
	return answer
}
