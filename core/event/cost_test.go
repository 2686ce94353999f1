package event

import (
	"strings"
	"testing"

	"github.com/codex-go/codex/protocol"
)

// The texts of an event count, whatever its kind: bounds are in bytes.
func TestCostCountsTexts(t *testing.T) {
	t.Parallel()
	const n = 10_000
	long := strings.Repeat("x", n)
	for _, c := range []struct {
		name string
		msg  protocol.EventMsg
		want int
	}{
		{"nothing", nil, 0},
		{"small", &protocol.TaskStartedEvent{}, 0},
		{"delta", &protocol.AgentMessageDeltaEvent{Delta: long}, n},
		{"reasoning delta", &protocol.AgentReasoningDeltaEvent{Delta: long}, n},
		{"raw delta", &protocol.AgentReasoningRawContentDeltaEvent{Delta: long}, n},
		{"output", &protocol.ExecCommandOutputDeltaEvent{Chunk: []byte(long)}, n},
		{"message", &protocol.AgentMessageEvent{Message: long}, n},
		{"reasoning", &protocol.AgentReasoningEvent{Text: long}, n},
		{"raw reasoning", &protocol.AgentReasoningRawContentEvent{Text: long}, n},
		{"begin", &protocol.ExecCommandBeginEvent{Command: []string{long, long}}, 2 * n},
		{"end", &protocol.ExecCommandEndEvent{Stdout: long, Stderr: long, AggregatedOutput: long, FormattedOutput: long}, 4 * n},
		{"question", &protocol.ExecApprovalRequestEvent{Command: []string{long}}, n},
		{"question about a patch", &protocol.ApplyPatchApprovalRequestEvent{Changes: protocol.FileChanges{"a": &protocol.AddFileChange{Content: long}}}, n},
		{"patch", &protocol.PatchApplyBeginEvent{Changes: protocol.FileChanges{
			"a": &protocol.DeleteFileChange{Content: long}, "b": &protocol.UpdateFileChange{UnifiedDiff: long},
		}}, 2 * n},
		{"patched", &protocol.PatchApplyEndEvent{Stdout: long, Stderr: long}, 2 * n},
		{"error", &protocol.ErrorEvent{Message: long}, n},
		{"diff", &protocol.TurnDiffEvent{UnifiedDiff: long}, n},
		{"MCP call", &protocol.McpToolCallBeginEvent{Invocation: protocol.McpInvocation{Arguments: []byte(`"` + long + `"`)}}, n},
		{"MCP result", &protocol.McpToolCallEndEvent{Result: protocol.McpCallResult{Err: long}}, n},
		{"prompts", &protocol.ListCustomPromptsResponseEvent{CustomPrompts: []protocol.CustomPrompt{{Content: long}, {Content: long}}}, 2 * n},
		{"end of a turn", &protocol.TaskCompleteEvent{LastAgentMessage: &long}, n},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := (&Event{Msg: c.msg}).cost()
			if got < c.want+overhead || got > c.want+5*overhead {
				t.Errorf("cost %d of %d bytes of text", got, c.want)
			}
		})
	}
}
