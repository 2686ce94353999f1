package event

import "github.com/codex-go/codex/protocol"

// overhead is what an event costs beside its texts, in bytes.
const overhead = 192

// cost estimates the memory that a queued event holds, in bytes. Small members
// are covered by the overhead.
func (e *Event) cost() int {
	n := overhead + textLen(e.Msg)
	switch m := e.Msg.(type) {
	case nil:
		// The items that details point at are part of the history too.
	case *protocol.ExecCommandBeginEvent:
		n += overhead + argvLen(m.Command)
	case *protocol.ExecCommandEndEvent:
		n += len(m.Stdout) + len(m.Stderr) + len(m.AggregatedOutput) + len(m.FormattedOutput)
	case *protocol.ExecApprovalRequestEvent:
		n += argvLen(m.Command)
	case *protocol.ApplyPatchApprovalRequestEvent:
		n += changesLen(m.Changes)
	case *protocol.PatchApplyBeginEvent:
		n += changesLen(m.Changes)
	case *protocol.PatchApplyEndEvent:
		n += len(m.Stdout) + len(m.Stderr)
	case *protocol.AgentMessageEvent:
		n += len(m.Message)
	case *protocol.AgentReasoningEvent:
		n += len(m.Text)
	case *protocol.AgentReasoningRawContentEvent:
		n += len(m.Text)
	case *protocol.ErrorEvent:
		n += len(m.Message)
	case *protocol.TurnDiffEvent:
		n += len(m.UnifiedDiff)
	case *protocol.McpToolCallBeginEvent:
		n += len(m.Invocation.Arguments)
	case *protocol.McpToolCallEndEvent:
		// Results have many forms; their length on the wire serves for all.
		if text, err := protocol.Append(nil, m); err == nil {
			n += len(text)
		}
	case *protocol.ListCustomPromptsResponseEvent:
		for _, p := range m.CustomPrompts {
			n += overhead + len(p.Content)
		}
	case *protocol.TaskCompleteEvent:
		if m.LastAgentMessage != nil {
			n += len(*m.LastAgentMessage)
		}
	}
	return n
}

func argvLen(argv []string) int {
	n := 0
	for _, word := range argv {
		n += len(word)
	}
	return n
}

func changesLen(changes protocol.FileChanges) int {
	n := 0
	for path, change := range changes {
		n += overhead + len(path)
		switch c := change.(type) {
		case *protocol.AddFileChange:
			n += len(c.Content)
		case *protocol.DeleteFileChange:
			n += len(c.Content)
		case *protocol.UpdateFileChange:
			n += len(c.UnifiedDiff)
		}
	}
	return n
}
