package protocol_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

func ExampleAppend() {
	event := &protocol.Event{ID: "0", Msg: &protocol.AgentMessageEvent{Message: "Hello <you>"}}
	line, err := protocol.Append(nil, event)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(line))
	// Output: {"id":"0","msg":{"type":"agent_message","message":"Hello <you>"}}
}

func ExampleUnmarshal() {
	var event protocol.Event
	if err := protocol.Unmarshal([]byte(`{"id":"0","msg":{"type":"task_complete"}}`), &event); err != nil {
		fmt.Println(err)
		return
	}
	switch msg := event.Msg.(type) {
	case *protocol.TaskCompleteEvent:
		fmt.Println("the turn is over, with a last message:", msg.LastAgentMessage != nil)
	case *protocol.UnknownEvent:
		fmt.Println("a newer release says", msg.Type)
	}
	// Output: the turn is over, with a last message: false
}

func ExampleDecodeClientRequest() {
	params := json.RawMessage(`{"conversationId":"01a2029d-382a-70f3-8903-4d64504c64fb","items":[{"type":"text","data":{}}]}`)
	_, err := protocol.DecodeClientRequest("sendUserMessage", params)
	fmt.Println(err)

	_, err = protocol.DecodeClientRequest("sendMail", nil)
	var unknown *protocol.UnknownMethodError
	var bad *wire.Error
	fmt.Println(errors.As(err, &unknown), errors.As(err, &bad))
	// Output:
	// params.items[0].data.text: missing, want string
	// true false
}

func ExamplePeekRolloutLine() {
	line := []byte(`{"timestamp":"2025-09-30T08:00:00.070Z","type":"event_msg","payload":{"type":"token_count","info":null}}`)
	fmt.Println(protocol.PeekRolloutLine(line))
	// Output: event_msg token_count true
}
