package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

const unifiedExecName = "unified_exec"

// Limits of unified_exec. (spec: exec-and-tools, unified_exec)
const (
	defaultUnifiedTimeoutMS = 1000
	maxUnifiedTimeoutMS     = 60_000
	maxUnifiedOutput        = 128 << 10 // bytes
)

var unifiedExecTool = &modelclient.FunctionTool{
	Name: unifiedExecName,
	Description: "Runs a command on a terminal, or types for one that is still running. Returns the output since the last call " +
		"when the command has ended or the time is over; while it runs, the output names its session.",
	Parameters: json.RawMessage(`{"type":"object","properties":{` +
		`"input":{"type":"array","items":{"type":"string"},"description":"Without a session: the program to run and its arguments. With one: what to type, joined by spaces; empty to look only"},` +
		`"session_id":{"type":"string","description":"The session to type for. Leave it out to run a command"},` +
		`"timeout_ms":{"type":"number","description":"How long to wait for output, in milliseconds (default 1000, at most 60000)"}` +
		`},"required":["input"],"additionalProperties":false}`),
}

// unifiedExecArguments are the arguments of unified_exec. Unknown members are
// passed over.
type unifiedExecArguments struct {
	Input     []string `json:"input"`
	SessionID *string  `json:"session_id,omitzero"`
	TimeoutMS *uint64  `json:"timeout_ms,omitzero"`
}

// unifiedExec carries out a call of unified_exec. A command goes through the
// same decisions, sandbox and environment as one of the shell tool.
// (spec: exec-and-tools, unified_exec; do better)
func (s *Set) unifiedExec(ctx context.Context, h Host, call *protocol.FunctionCallItem) (Result, error) {
	var a unifiedExecArguments
	if err := protocol.Unmarshal([]byte(call.Arguments), &a); err != nil {
		return badArguments(err), nil
	}
	asked := *orDefault(a.TimeoutMS, defaultUnifiedTimeoutMS)
	wait := time.Duration(min(asked, maxUnifiedTimeoutMS)) * time.Millisecond
	warning := ""
	if asked > maxUnifiedTimeoutMS {
		warning = fmt.Sprintf("Warning: a timeout of %d ms is too long, %d ms were used\n", asked, maxUnifiedTimeoutMS)
	}
	present := func(l *look) Result { return unifiedText(l, warning) }
	if a.SessionID == nil {
		if len(a.Input) == 0 {
			return failed("the input is empty: without a session it must name a program"), nil
		}
		return s.startSession(ctx, h, &command{callID: call.CallID, argv: a.Input, dir: h.Cwd()}, s.unified, wait, present)
	}
	id, err := strconv.ParseUint(*a.SessionID, 10, 32)
	if err != nil {
		return failed("%q is not the id of a session: those are decimal numbers", *a.SessionID), nil
	}
	ses := s.unified.get(uint32(id))
	if ses == nil {
		return failed("there is no session %q: its end was reported, or it was never started", *a.SessionID), nil
	}
	return s.typeInto(ctx, h, call.CallID, s.unified, ses, strings.Join(a.Input, " "), wait, present)
}

// unifiedText makes the text of unified_exec: a compact JSON object. The exit
// code is there when the process has ended.
func unifiedText(l *look, warning string) Result {
	text, _ := l.output.Middle(maxUnifiedOutput)
	for _, w := range l.warnings {
		warning += w + "\n"
	}
	text = warning + text
	if l.denied {
		text += fmt.Sprintf("\n"+deniedNote, l.sandbox)
	}
	b := append(make([]byte, 0, len(text)+len(text)/8+64), `{"session_id":`...)
	if l.outcome == nil {
		b = wire.AppendString(b, strconv.FormatUint(uint64(l.session.id), 10))
	} else {
		b = append(b, "null"...)
	}
	b = wire.AppendString(append(b, `,"output":`...), text)
	if l.outcome != nil {
		b = strconv.AppendInt(append(b, `,"exit_code":`...), int64(l.outcome.exitCode), 10)
	}
	return Result{Text: string(append(b, '}')), Success: l.outcome == nil || l.outcome.exitCode == 0}
}
