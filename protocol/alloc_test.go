package protocol_test

import (
	"testing"

	"github.com/codex-go/codex/protocol"
)

// The messages that a turn sends most are written without allocating, and
// peeking at a line does not allocate either.
func TestHotPathsAllocateNothing(t *testing.T) {
	tokens, _ := benchTokenCount()
	for _, tc := range []struct {
		name string
		in   any
	}{
		{"delta", benchNotification(&protocol.AgentMessageDeltaEvent{Delta: "words"})},
		{"output delta", benchNotification(&protocol.ExecCommandOutputDeltaEvent{CallID: "c", Stream: protocol.StreamStdout, Chunk: []byte("bytes")})},
		{"command begin", benchNotification(&protocol.ExecCommandBeginEvent{Command: []string{"ls"}, ParsedCmd: []protocol.ParsedCommand{&protocol.ListFilesCommand{Cmd: "ls"}}})},
		{"command end", benchNotification(&protocol.ExecCommandEndEvent{Stdout: benchOutput})},
		{"token count", benchNotification(tokens)},
		{"rollout line", &protocol.RolloutLine{Timestamp: "t", Item: &protocol.EventMsgLine{Msg: tokens}}},
		{"reasoning", &protocol.ReasoningItem{Summary: []protocol.ReasoningSummaryPart{{Text: "s"}}, Content: protocol.ReasoningContents{&protocol.ReasoningText{}}}},
		{"result", &protocol.NewConversationResponse{Model: "m"}},
	} {
		dst := make([]byte, 0, 1<<15)
		if n := testing.AllocsPerRun(100, func() {
			if _, err := protocol.Append(dst, tc.in); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s allocates %v times", tc.name, n)
		}
	}
	line := []byte(`{"timestamp":"t","type":"event_msg","payload":{"type":"token_count","info":null}}`)
	if n := testing.AllocsPerRun(100, func() {
		if _, _, ok := protocol.PeekRolloutLine(line); !ok {
			t.Fatal("no type")
		}
	}); n != 0 {
		t.Errorf("peeking allocates %v times", n)
	}
	n := benchNotification(&protocol.AgentMessageDeltaEvent{})
	if allocs := testing.AllocsPerRun(100, func() { _ = n.Method() }); allocs != 0 {
		t.Errorf("the method of an event allocates %v times", allocs)
	}
}
