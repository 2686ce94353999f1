package tools

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/turndiff"
	"github.com/codex-go/codex/protocol"
)

// Host is the turn that a call belongs to.
type Host interface {
	// Cwd is the turn's working directory, absolute.
	Cwd() string
	ApprovalPolicy() protocol.AskForApproval
	SandboxPolicy() protocol.SandboxPolicy
	// Emit publishes an event of the call. Events of a process that goes on
	// running come after the call, and from other goroutines.
	Emit(callID string, msg protocol.EventMsg)
	// Room waits until the followers of the conversation can take more.
	Room(ctx context.Context) error
	// Ask puts a question to the user and waits for the answer. It fails only
	// when the turn ends first.
	Ask(ctx context.Context, callID string, question protocol.EventMsg) (protocol.ReviewDecision, error)
	// Granted are the commands that need no question any more.
	Granted() *approval.Granted
	// Attach adds input for the next model call of the turn, which the user did
	// not type.
	Attach(items []protocol.InputItem)
	// Diff follows what patches change.
	Diff() *turndiff.Tracker
	// Warn logs something that went wrong beside the call.
	Warn(err error, msg string)
	// ShowDiff publishes the turn diff if it says something new.
	ShowDiff()
}

// Result is what the model reads about a call.
type Result struct {
	Text    string
	Success bool
}

func failed(format string, args ...any) Result {
	return Result{Text: fmt.Sprintf(format, args...)}
}

// Call carries out a call of the model: a function call, a call of a free-form
// tool or of the local shell. Whatever goes wrong, a panic included, is a
// result that the model reads. There is an error only when the turn ends: that
// of the context, or [approval.ErrAborted].
func (s *Set) Call(ctx context.Context, h Host, item protocol.ResponseItem) (result Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			h.Warn(fmt.Errorf("panic: %v\n%s", p, debug.Stack()), "a tool failed")
			result, err = failed("the tool failed because of an internal error of the harness"), ctx.Err()
		}
	}()
	switch call := item.(type) {
	case *protocol.FunctionCallItem:
		return s.function(ctx, h, call)
	case *protocol.CustomToolCallItem:
		if call.Name == applyPatchName {
			return s.applyPatch(ctx, h, call.CallID, call.Input)
		}
		return failed("unsupported custom tool call: %s", call.Name), nil
	case *protocol.LocalShellCallItem:
		return s.localShell(ctx, h, call)
	}
	return failed("unsupported call: %s", item.ItemType()), nil
}

// function carries out a function call.
func (s *Set) function(ctx context.Context, h Host, call *protocol.FunctionCallItem) (Result, error) {
	if tool, ok := s.mcpTool(call.Name); ok {
		return s.callMcp(ctx, h, call, tool)
	}
	switch call.Name {
	case shellName, containerExecName:
		args, err := parseShellArguments(call.Arguments)
		if err != nil {
			return badArguments(err), nil
		}
		return s.shell(ctx, h, args.command(call.CallID, h.Cwd()))
	case applyPatchName:
		var args struct {
			Input string `json:"input"`
		}
		if err := protocol.Unmarshal([]byte(call.Arguments), &args); err != nil {
			return badArguments(err), nil
		}
		return s.applyPatch(ctx, h, call.CallID, args.Input)
	case execCommandName, writeStdinName, unifiedExecName:
		if s.terminals != nil {
			return s.sessionCall(ctx, h, call)
		}
	case updatePlanName:
		return updatePlan(h, call), nil
	case viewImageName:
		return viewImage(h, call), nil
	}
	return failed("unsupported call: %s", call.Name), nil
}

// badArguments tells the model what is wrong with the arguments of its call.
func badArguments(err error) Result {
	return failed("failed to parse function arguments: %v", err)
}
