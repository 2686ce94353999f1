package modelclient_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/protocol"
)

func thought(text string) *protocol.ReasoningItem {
	return &protocol.ReasoningItem{
		Summary: []protocol.ReasoningSummaryPart{},
		Content: []protocol.ReasoningContent{&protocol.ReasoningText{Text: text}},
	}
}

func call(id, name, arguments string) *protocol.FunctionCallItem {
	return &protocol.FunctionCallItem{Name: name, Arguments: arguments, CallID: id}
}

// chatCall is a call that came over Chat Completions.
func chatCall(itemID, id, name, arguments string) *protocol.FunctionCallItem {
	c := call(id, name, arguments)
	c.ID = itemID
	return c
}

func output(id, text string) *protocol.FunctionCallOutputItem {
	return &protocol.FunctionCallOutputItem{CallID: id, Output: text}
}

// itemsOf returns the finished items among events.
func itemsOf(events []modelclient.Event) []protocol.ResponseItem {
	var items []protocol.ResponseItem
	for _, event := range events {
		if event.Kind == modelclient.ItemDone {
			items = append(items, event.Item)
		}
	}
	return items
}

func TestChatEvents(t *testing.T) {
	t.Parallel()
	const (
		open      = modelclient.ItemOpened
		text      = modelclient.TextDelta
		raw       = modelclient.ReasoningDelta
		completed = modelclient.Completed
	)
	createdEvent := modelclient.Event{Kind: modelclient.Created, ResponseID: "x"}
	usage := &protocol.TokenUsage{InputTokens: 5, CachedInputTokens: 4, OutputTokens: 3, ReasoningOutputTokens: 2, TotalTokens: 8}
	tests := []struct {
		name   string
		chunks []string
		want   []modelclient.Event
	}{
		{
			"text", []string{
				`{"id":"x","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}`,
				`{"id":"x","choices":[{"index":0,"delta":{"content":"Hel"}}]}`,
				`{"id":"x","choices":[{"index":0,"delta":{"content":"lo"}}]}`,
				`{"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`,
				`{"id":"x","choices":[],"usage":{"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens":3,"completion_tokens_details":{"reasoning_tokens":2},"total_tokens":8}}`,
				`[DONE]`,
			},
			[]modelclient.Event{
				createdEvent, {Kind: open, ItemType: "message", ItemID: "msg_x"}, {Kind: text, Delta: "Hel", ItemID: "msg_x"}, {Kind: text, Delta: "lo", ItemID: "msg_x"},
				{Kind: modelclient.ItemDone, ItemID: "msg_x", Item: assistant("", "Hello")}, {Kind: completed, ResponseID: "x", Usage: usage},
			},
		},
		{
			"reasoning in every form", []string{
				`{"id":"x","choices":[{"delta":{"reasoning":"a"}}]}`,
				`{"id":"x","choices":[{"delta":{"reasoning":{"text":"b"}}}]}`,
				`{"id":"x","choices":[{"delta":{"reasoning":{"content":"c"}}}]}`,
				`{"id":"x","choices":[{"delta":{"reasoning_content":"d"}}]}`,
				`{"id":"x","choices":[{"message":{"reasoning":"e"},"delta":{}}]}`,
				`{"id":"x","choices":[{"delta":{"content":"T"},"finish_reason":"stop"}],"usage":null}`,
				`[DONE]`,
			},
			[]modelclient.Event{
				createdEvent, {Kind: open, ItemType: "reasoning", ItemID: "rs_x"},
				{Kind: raw, Delta: "a", ItemID: "rs_x"}, {Kind: raw, Delta: "b", ItemID: "rs_x"}, {Kind: raw, Delta: "c", ItemID: "rs_x"}, {Kind: raw, Delta: "d", ItemID: "rs_x"}, {Kind: raw, Delta: "e", ItemID: "rs_x"},
				{Kind: open, ItemType: "message", ItemID: "msg_x"}, {Kind: text, Delta: "T", ItemID: "msg_x"},
				{Kind: modelclient.ItemDone, ItemID: "rs_x", Item: thought("abcde")}, {Kind: modelclient.ItemDone, ItemID: "msg_x", Item: assistant("", "T")},
				{Kind: completed, ResponseID: "x"},
			},
		},
		{
			"text, then two calls in pieces", []string{
				`{"id":"x","choices":[{"delta":{"content":"first"}}]}`,
				`{"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"shell","arguments":"{\"a"}}]}}]}`,
				`{"id":"x","choices":[{"delta":{"tool_calls":[{"index":1,"id":"c2","function":{"name":"plan","arguments":""}},{"index":0,"function":{"arguments":"\":1}"}}]}}]}`,
				`{"id":"x","choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}}]}`,
				`{"id":"x","choices":[{"delta":{},"finish_reason":"tool_calls"}]}`,
				`[DONE]`,
			},
			[]modelclient.Event{
				createdEvent, {Kind: open, ItemType: "message", ItemID: "msg_x"}, {Kind: text, Delta: "first", ItemID: "msg_x"},
				{Kind: open, ItemType: "function_call", ItemID: "fc_x_0"}, {Kind: open, ItemType: "function_call", ItemID: "fc_x_1"},
				{Kind: modelclient.ItemDone, ItemID: "msg_x", Item: assistant("", "first")},
				{Kind: modelclient.ItemDone, ItemID: "fc_x_0", Item: chatCall("fc_x_0", "c1", "shell", `{"a":1}`)},
				{Kind: modelclient.ItemDone, ItemID: "fc_x_1", Item: chatCall("fc_x_1", "c2", "plan", "{}")},
				{Kind: completed, ResponseID: "x"},
			},
		},
		{
			"calls that share an index", []string{
				`{"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"a","arguments":"{}"}}]}}]}`,
				`{"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c2","function":{"name":"b","arguments":{"k":1}}}]}}]}`,
				`{"id":"x","choices":[{"delta":{},"finish_reason":"stop"}]}`, `[DONE]`,
			},
			[]modelclient.Event{
				createdEvent, {Kind: open, ItemType: "function_call", ItemID: "fc_x_0"}, {Kind: open, ItemType: "function_call", ItemID: "fc_x_1"},
				{Kind: modelclient.ItemDone, ItemID: "fc_x_0", Item: chatCall("fc_x_0", "c1", "a", "{}")}, {Kind: modelclient.ItemDone, ItemID: "fc_x_1", Item: chatCall("fc_x_1", "c2", "b", `{"k":1}`)},
				{Kind: completed, ResponseID: "x"},
			},
		},
		{
			"calls without index and id", []string{
				`{"id":"x","choices":[{"delta":{"tool_calls":[{"function":{"name":"a","arguments":"{"}}]}}]}`,
				`{"id":"x","choices":[{"delta":{"tool_calls":[{"function":{"arguments":"}"}}]}}]}`,
				`[DONE]`,
			},
			[]modelclient.Event{
				createdEvent, {Kind: open, ItemType: "function_call", ItemID: "fc_x_0"},
				{Kind: modelclient.ItemDone, ItemID: "fc_x_0", Item: chatCall("fc_x_0", "call_x_0", "a", "{}")},
				{Kind: completed, ResponseID: "x"},
			},
		},
		{
			"done without finish_reason", []string{`{"id":"x","choices":[{"delta":{"content":"T"}}]}`, `[DONE]`},
			[]modelclient.Event{
				createdEvent, {Kind: open, ItemType: "message", ItemID: "msg_x"}, {Kind: text, Delta: "T", ItemID: "msg_x"},
				{Kind: modelclient.ItemDone, ItemID: "msg_x", Item: assistant("", "T")}, {Kind: completed, ResponseID: "x"},
			},
		},
		{
			"end after finish_reason", []string{`{"id":"x","choices":[{"delta":{"content":"T"},"finish_reason":"stop"}]}`},
			[]modelclient.Event{
				createdEvent, {Kind: open, ItemType: "message", ItemID: "msg_x"}, {Kind: text, Delta: "T", ItemID: "msg_x"},
				{Kind: modelclient.ItemDone, ItemID: "msg_x", Item: assistant("", "T")}, {Kind: completed, ResponseID: "x"},
			},
		},
		{
			"usage with every chunk, refusal, other choices, noise", []string{
				`not json`, `{"id":"x","object":"ping"}`,
				`{"id":"x","choices":[{"index":1,"delta":{"content":"other"}},{"index":0,"delta":{"refusal":"No."}}],"usage":{"prompt_tokens":1}}`,
				`{"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":3}}`,
				`{"id":"x","choices":[{"index":0,"delta":{"content":"late"}}]}`,
			},
			[]modelclient.Event{
				createdEvent, {Kind: open, ItemType: "message", ItemID: "msg_x"}, {Kind: text, Delta: "No.", ItemID: "msg_x"},
				{Kind: modelclient.ItemDone, ItemID: "msg_x", Item: assistant("", "No.")},
				{Kind: completed, ResponseID: "x", Usage: &protocol.TokenUsage{InputTokens: 5, OutputTokens: 3, TotalTokens: 8}},
			},
		},
		{"blanks around the end", []string{` [DONE] `}, []modelclient.Event{{Kind: completed}}},
		{"nothing", []string{`[DONE]`}, []modelclient.Event{{Kind: completed}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, modeltest.Reply(modeltest.Raw("data: "+strings.Join(test.chunks, "\n\ndata: ")+"\n\n")))
			client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireChat, server.BaseURL())})
			got, err := ask(t, client, new(modelclient.Request))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("events differ (-want +got):\n%s", diff)
			}
		})
	}
}

// A server that neither tells the usage nor closes the connection does not
// keep the turn waiting.
func TestChatWithoutUsageOrEnd(t *testing.T) {
	t.Parallel()
	server := start(t, modeltest.Reply(
		modeltest.Raw(`data: {"choices":[{"delta":{"content":"T"},"finish_reason":"stop"}]}`+"\n\n"), modeltest.Hang()))
	client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireChat, server.BaseURL())})
	events, err := ask(t, client, new(modelclient.Request))
	if err != nil || events[len(events)-1].Kind != modelclient.Completed {
		t.Errorf("events %v, error %v", events, err)
	}
}

func TestChatLengthKeepsTheText(t *testing.T) {
	t.Parallel()
	server := start(t, modeltest.Reply(modeltest.Text("half"), modeltest.Call("shell", "c1", `{"comm`), modeltest.Incomplete("length")))
	client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireChat, server.BaseURL())})
	events, err := ask(t, client, new(modelclient.Request))
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff([]protocol.ResponseItem{assistant("", "half")}, itemsOf(events)); diff != "" {
		t.Errorf("items differ (-want +got):\n%s", diff)
	}
}

// A provider that does not know stream_options is asked once more without, and
// from then on never again with.
func TestChatProviderWithoutStreamOptions(t *testing.T) {
	t.Parallel()
	refusal := modeltest.Status(400, `{"error":{"message":"unknown field stream_options"}}`)
	server := start(t, refusal, modeltest.Reply(modeltest.Text("a"), modeltest.NoUsage()), modeltest.Reply(modeltest.Text("b"), modeltest.NoUsage()))
	client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireChat, server.BaseURL())})
	for range 2 {
		if _, err := ask(t, client, new(modelclient.Request)); err != nil {
			t.Fatal(err)
		}
	}
	var got []bool
	for _, request := range server.Requests() {
		got = append(got, bytes.Contains(request.Body, []byte("stream_options")))
	}
	if diff := cmp.Diff([]bool{true, false, false}, got); diff != "" {
		t.Errorf("requests with stream_options differ (-want +got):\n%s", diff)
	}
}

func TestChatRequestGolden(t *testing.T) {
	t.Parallel()
	custom := &protocol.CustomToolCallItem{ID: "ctc", Status: "completed", CallID: "c2", Name: "apply_patch", Input: "*** Begin"}
	shell := &protocol.LocalShellCallItem{ID: "ls", Status: protocol.LocalShellCompleted, Action: protocol.LocalShellAction{Command: []string{"ls"}}}
	refusal := &protocol.MessageItem{Role: "assistant", Content: []protocol.ContentItem{
		&protocol.UnknownContent{Type: "refusal", Raw: json.RawMessage(`{"type":"refusal","refusal":"I will not."}`)},
	}}
	tests := []struct {
		name  string
		input []protocol.ResponseItem
		tools []modelclient.Tool
	}{
		{"chat_plain", []protocol.ResponseItem{user("hello <b>")}, nil},
		{"chat_tools", []protocol.ResponseItem{user("hello")}, append(everyTool(), &modelclient.FreeformTool{
			Name: "apply_patch", Function: &modelclient.FunctionTool{Name: "apply_patch", Description: "The function form."},
		})},
		{"chat_every_item", history(), nil},
		{"chat_calls_together", []protocol.ResponseItem{
			user("go"), assistant("", "Both:"), call("c1", "a", "{}"), call("c2", "b", "{}"), output("c1", "1"), output("c2", "2"), assistant("", "Done"),
		}, nil},
		{"chat_calls_one_by_one", []protocol.ResponseItem{
			user("go"), call("c1", "a", "{}"), output("c1", "1"), custom, &protocol.CustomToolCallOutputItem{CallID: "c2", Output: "2"}, shell, output("ls", "3"),
		}, nil},
		{"chat_calls_of_two_responses", []protocol.ResponseItem{
			user("go"), chatCall("fc_x_0", "c1", "a", "{}"), output("c1", "1"), chatCall("fc_x_1", "c2", "b", "{}"), output("c2", "2"),
			chatCall("fc_x_0", "c3", "c", "{}"), output("c3", "3"), assistant("", "Done"), chatCall("fc_y_z_1", "c4", "d", "{}"), output("c4", "4"), call("c5", "e", "{}"), output("c5", "5"),
		}, nil},
		{"chat_reasoning_before_call", []protocol.ResponseItem{
			user("old"), thought("old"), assistant("", "answer"), user("new"),
			thought("one "), thought("two"), call("c1", "a", "{}"), output("c1", "1"),
		}, nil},
		{"chat_reasoning_after_message", []protocol.ResponseItem{
			user("go"), assistant("", "text"), thought("why"), call("c1", "a", "{}"), output("c1", "1"), thought("lost"), output("c0", "?"), thought("and"), assistant("", "text 2"),
		}, nil},
		{"chat_reasoning_is_over", []protocol.ResponseItem{user("go"), thought("why"), assistant("", "done"), user("next")}, nil},
		{"chat_same_text", []protocol.ResponseItem{
			user("go"), assistant("", "same"), assistant("", "same"), assistant("", "other"), user("again"), assistant("", "other"), user("more"), refusal,
		}, nil},
		{"chat_images", []protocol.ResponseItem{&protocol.MessageItem{Role: "user", Content: []protocol.ContentItem{
			&protocol.InputImageContent{ImageURL: "data:image/png;base64,AA=="}, &protocol.InputImageContent{ImageURL: "https://h/i.png"},
		}}}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, modeltest.Reply())
			client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireChat, server.BaseURL())})
			request := &modelclient.Request{
				Model: "gpt-oss:20b", Instructions: "Be brief.", Input: test.input, Tools: test.tools,
				Reasoning: &modelclient.Reasoning{Effort: protocol.EffortHigh}, Verbosity: protocol.VerbosityLow, ConversationID: "c",
			}
			if _, err := ask(t, client, request); err != nil {
				t.Fatal(err)
			}
			body := server.Requests()[0].Body
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, body, "", " "); err != nil {
				t.Fatalf("the body is not JSON: %v\n%s", err, body)
			}
			golden(t, test.name+".json", append(pretty.Bytes(), '\n'))
		})
	}
}

// A conversation over Chat Completions: what the client brought goes back as
// the provider expects it.
func TestChatRoundTrip(t *testing.T) {
	t.Parallel()
	server := start(t,
		modeltest.Reply(modeltest.Reasoning(modeltest.Thought{Content: []string{"hmm"}}), modeltest.Text("Look:"), modeltest.Call("a", "c1", "{}"), modeltest.Call("b", "c2", "{}")),
		modeltest.Reply(modeltest.Text("Done")),
	)
	client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireChat, server.BaseURL())})
	items := []protocol.ResponseItem{user("go")}
	events, err := ask(t, client, &modelclient.Request{Input: items})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range itemsOf(events) { // as a session records them
		items = append(items, item)
		if call, ok := item.(*protocol.FunctionCallItem); ok {
			items = append(items, output(call.CallID, call.CallID[1:]))
		}
	}
	if _, err := ask(t, client, &modelclient.Request{Input: items}); err != nil {
		t.Fatal(err)
	}
	want := `[{"role":"system","content":""},{"role":"user","content":"go"},` +
		`{"role":"assistant","content":"Look:","tool_calls":[{"id":"c1","type":"function","function":{"name":"a","arguments":"{}"}},` +
		`{"id":"c2","type":"function","function":{"name":"b","arguments":"{}"}}],"reasoning":"hmm"},` +
		`{"role":"tool","tool_call_id":"c1","content":"1"},{"role":"tool","tool_call_id":"c2","content":"2"}]`
	if diff := cmp.Diff(want, string(server.Requests()[1].Input())); diff != "" {
		t.Errorf("messages differ (-want +got):\n%s", diff)
	}
}
