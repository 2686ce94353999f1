package protocol_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

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

// A program that reads a recorded conversation. Lines of newer releases are
// items of the type [protocol.UnknownRolloutItem].
func ExampleRolloutLine() {
	file := strings.NewReader(`{"timestamp":"2025-09-30T08:00:00.000Z","type":"event_msg","payload":{"type":"user_message","message":"Hello"}}
{"timestamp":"2025-09-30T08:00:01.500Z","type":"response_item","payload":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello, Ada"}]}}
`)
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 256<<20) // lines may hold images
	for lines.Scan() {
		var line protocol.RolloutLine
		if err := protocol.Unmarshal(lines.Bytes(), &line); err != nil {
			continue // a crash may have cut a line off
		}
		switch item := line.Item.(type) {
		case *protocol.EventMsgLine:
			fmt.Println(line.Timestamp, item.Msg.EventType())
		case *protocol.ResponseItemLine:
			if message, ok := item.Item.(*protocol.MessageItem); ok {
				fmt.Println(line.Timestamp, message.Role)
			}
		}
	}
	fmt.Println(lines.Err())
	// Output:
	// 2025-09-30T08:00:00.000Z user_message
	// 2025-09-30T08:00:01.500Z assistant
	// <nil>
}

// What a client makes of the messages of a server: notifications are shown,
// requests answered, and results decoded into the type that goes with the
// request.
func ExampleDecodeServerRequest() {
	type message struct {
		ID             json.RawMessage `json:"id"`
		Method         string          `json:"method"`
		Params, Result json.RawMessage
	}
	receive := func(text string) error {
		var m message
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return err
		}
		switch {
		case m.Method == "":
			result, err := protocol.DecodeClientResult("newConversation", m.Result) // what was asked with this id
			if err != nil {
				return err
			}
			fmt.Println("conversation", result.(*protocol.NewConversationResponse).ConversationID)
		case m.ID == nil:
			n, err := protocol.DecodeServerNotification(m.Method, m.Params)
			if err != nil {
				return err
			}
			if event, ok := n.(*protocol.EventNotification); ok {
				fmt.Println("event", event.Msg.EventType())
			}
		default:
			r, err := protocol.DecodeServerRequest(m.Method, m.Params)
			if err != nil {
				return err
			}
			if r, ok := r.(*protocol.ExecCommandApprovalParams); ok {
				answer, err := protocol.Append(nil, &protocol.ExecCommandApprovalResponse{Decision: protocol.ReviewApproved})
				fmt.Printf("run %v? %s\n", r.Command, answer)
				return err
			}
		}
		return nil
	}
	for _, text := range []string{
		`{"id":1,"result":{"conversationId":"01a2029d-382a-70f3-8903-4d64504c64fb","model":"m","rolloutPath":"/r.jsonl"}}`,
		`{"method":"codex/event/task_started","params":{"id":"0","conversationId":"01a2029d-382a-70f3-8903-4d64504c64fb","msg":{"type":"task_started","model_context_window":null}}}`,
		`{"id":0,"method":"execCommandApproval","params":{"conversationId":"01a2029d-382a-70f3-8903-4d64504c64fb","callId":"c","command":["ls"],"cwd":"/","reason":null}}`,
	} {
		if err := receive(text); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// conversation 01a2029d-382a-70f3-8903-4d64504c64fb
	// event task_started
	// run [ls]? {"decision":"approved"}
}
