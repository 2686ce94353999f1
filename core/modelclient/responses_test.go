package modelclient_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/protocol"
)

const (
	created   = `{"type":"response.created","response":{"id":"r1"}}`
	completed = `{"type":"response.completed","response":{"id":"r1"}}`
)

// noLimits is the event of a response without rate-limit headers.
var noLimits = modelclient.Event{Kind: modelclient.RateLimits, RateLimits: &protocol.RateLimitSnapshot{}}

// done is the event of a response without usage.
var done = modelclient.Event{Kind: modelclient.Completed, ResponseID: "r1"}

func TestResponsesEvents(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		event string
		want  []modelclient.Event
	}{
		{"created", created, []modelclient.Event{{Kind: modelclient.Created, ResponseID: "r1"}}},
		{"created without response", `{"type":"response.created"}`, nil},
		{
			"text delta", `{"type":"response.output_text.delta","item_id":"m1","output_index":0,"content_index":0,"delta":"Hé","logprobs":[],"sequence_number":4}`,
			[]modelclient.Event{{Kind: modelclient.TextDelta, Delta: "Hé", ItemID: "m1"}},
		},
		{
			"text delta with escapes", `{"delta":"a\n\"b\"\\ \u00e9\ud83d\ude00","type":"response.output_text.delta"}`,
			[]modelclient.Event{{Kind: modelclient.TextDelta, Delta: "a\n\"b\"\\ é😀"}},
		},
		{
			"text delta with more than the fast path reads", `{"type":"response.output_text.delta","delta":"x","logprobs":[{"a":1}],"item_id":"m1"}`,
			[]modelclient.Event{{Kind: modelclient.TextDelta, Delta: "x", ItemID: "m1"}},
		},
		{"empty delta", `{"type":"response.output_text.delta","delta":""}`, []modelclient.Event{{Kind: modelclient.TextDelta}}},
		{"delta that is no string", `{"type":"response.output_text.delta","delta":{"text":"x"}}`, nil},
		{"delta missing", `{"type":"response.output_text.delta"}`, nil},
		{"refusal delta", `{"type":"response.refusal.delta","delta":"No."}`, []modelclient.Event{{Kind: modelclient.TextDelta, Delta: "No."}}},
		{
			"summary delta", `{"type":"response.reasoning_summary_text.delta","item_id":"rs","summary_index":2,"delta":"S"}`,
			[]modelclient.Event{{Kind: modelclient.SummaryDelta, Delta: "S", ItemID: "rs", Index: 2}},
		},
		{
			"summary part", `{"type":"response.reasoning_summary_part.added","item_id":"rs","summary_index":1,"part":{"type":"summary_text","text":""}}`,
			[]modelclient.Event{{Kind: modelclient.SummaryPartAdded, ItemID: "rs", Index: 1}},
		},
		{
			"raw reasoning delta", `{"type":"response.reasoning_text.delta","item_id":"rs","content_index":3,"delta":"R"}`,
			[]modelclient.Event{{Kind: modelclient.ReasoningDelta, Delta: "R", ItemID: "rs", Index: 3}},
		},
		{
			"item added", `{"type":"response.output_item.added","item":{"type":"message","id":"m1","role":"assistant","content":[]}}`,
			[]modelclient.Event{{Kind: modelclient.ItemOpened, ItemType: "message", ItemID: "m1"}},
		},
		{
			"web search begins", `{"type":"response.output_item.added","item":{"type":"web_search_call","id":"ws"}}`,
			[]modelclient.Event{
				{Kind: modelclient.ItemOpened, ItemType: "web_search_call", ItemID: "ws"},
				{Kind: modelclient.WebSearchBegin, CallID: "ws", ItemID: "ws"},
			},
		},
		{
			"web search without id", `{"type":"response.output_item.added","item":{"type":"web_search_call"}}`,
			[]modelclient.Event{
				{Kind: modelclient.ItemOpened, ItemType: "web_search_call"},
				{Kind: modelclient.WebSearchBegin},
			},
		},
		{
			"message done", `{"type":"response.output_item.done","item":{"type":"message","id":"m1","role":"assistant","content":[{"type":"output_text","text":"hi","annotations":[]}]}}`,
			[]modelclient.Event{{Kind: modelclient.ItemDone, ItemID: "m1", Item: assistant("m1", "hi")}},
		},
		{
			"call done", `{"type":"response.output_item.done","item":{"type":"function_call","id":"f1","name":"shell","arguments":"{}","call_id":"c1"}}`,
			[]modelclient.Event{{Kind: modelclient.ItemDone, ItemID: "f1", Item: &protocol.FunctionCallItem{ID: "f1", Name: "shell", Arguments: "{}", CallID: "c1"}}},
		},
		{
			"unknown item is kept", `{"type":"response.output_item.done","item":{"type":"hologram","x":1}}`,
			[]modelclient.Event{{Kind: modelclient.ItemDone, Item: &protocol.UnknownItem{Type: "hologram", Raw: json.RawMessage(`{"type":"hologram","x":1}`)}}},
		},
		{"item that cannot be read", `{"type":"response.output_item.done","item":{"type":"function_call"}}`, nil},
		{"unknown event", `{"type":"response.surprise","x":1}`, nil},
		{"no type", `{"delta":"x"}`, nil},
		{"type in capitals", `{"Type":"response.output_text.delta","delta":"x"}`, nil},
		{"not json", `not json`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, modeltest.Reply(modeltest.Raw("data: "+test.event+"\n\n", "data: "+completed+"\n\n")))
			client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireResponses, server.BaseURL())})
			got, err := ask(t, client, &modelclient.Request{})
			if err != nil {
				t.Fatal(err)
			}
			// modeltest begins every stream with response.created.
			want := []modelclient.Event{noLimits, {Kind: modelclient.Created, ResponseID: "resp-1"}}
			want = append(append(want, test.want...), done)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("events differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResponsesUsage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		response string
		want     *protocol.TokenUsage
		wantErr  bool
	}{
		{"none", `{"id":"r1"}`, nil, false},
		{"null", `{"id":"r1","usage":null}`, nil, false},
		{
			"with details", `{"id":"r1","usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":4},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":8}}`,
			&protocol.TokenUsage{InputTokens: 5, CachedInputTokens: 4, OutputTokens: 3, ReasoningOutputTokens: 2, TotalTokens: 8}, false,
		},
		{
			"null details", `{"id":"r1","usage":{"input_tokens":5,"input_tokens_details":null,"output_tokens":3,"output_tokens_details":null,"total_tokens":8}}`,
			&protocol.TokenUsage{InputTokens: 5, OutputTokens: 3, TotalTokens: 8}, false,
		},
		{"details without a number", `{"id":"r1","usage":{"input_tokens":5,"input_tokens_details":{},"output_tokens":3,"total_tokens":8}}`, nil, true},
		{"total missing", `{"id":"r1","usage":{"input_tokens":5,"output_tokens":3}}`, nil, true},
		{"id missing", `{"usage":null}`, nil, true},
		{"no response", `null`, nil, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, modeltest.Reply(modeltest.Event(`{"type":"response.completed","response":`+test.response+`}`), modeltest.End()))
			client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireResponses, server.BaseURL())})
			events, err := ask(t, client, &modelclient.Request{})
			if test.wantErr {
				if !modelclient.Retryable(err) {
					t.Fatalf("error %v, want one that is worth a retry", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			last := events[len(events)-1]
			if diff := cmp.Diff(modelclient.Event{Kind: modelclient.Completed, ResponseID: "r1", Usage: test.want}, last); diff != "" {
				t.Errorf("last event differs (-want +got):\n%s", diff)
			}
		})
	}
}

// history has an item of every kind.
func history() []protocol.ResponseItem {
	return []protocol.ResponseItem{
		user("hello <b> & \u2028 \"quotes\""),
		&protocol.ReasoningItem{
			ID: "rs-1", Summary: []protocol.ReasoningSummaryPart{{Text: "thinking"}},
			EncryptedContent: new("ENC"),
		},
		assistant("msg-1", "preamble"),
		&protocol.FunctionCallItem{ID: "fc-1", Name: "shell", Arguments: `{"command":["ls"]}`, CallID: "c1"},
		&protocol.FunctionCallOutputItem{CallID: "c1", Output: `{"output":"","metadata":{"exit_code":0,"duration_seconds":0.0}}`, Success: new(true)},
		&protocol.CustomToolCallItem{ID: "ctc-1", Status: "completed", CallID: "c2", Name: "apply_patch", Input: "*** Begin Patch\n"},
		&protocol.CustomToolCallOutputItem{CallID: "c2", Output: "ok"},
		&protocol.LocalShellCallItem{ID: "ls-1", CallID: new("c3"), Status: protocol.LocalShellCompleted, Action: protocol.LocalShellAction{
			Command: []string{"echo"}, TimeoutMS: new(uint64(1000)),
		}},
		&protocol.FunctionCallOutputItem{CallID: "c3", Output: "local"},
		&protocol.WebSearchCallItem{ID: "ws-1", Status: "completed", Action: &protocol.SearchAction{Query: "go"}},
		&protocol.UnknownItem{Type: "hologram", Raw: json.RawMessage(`{"type":"hologram"}`)},
		&protocol.MessageItem{Role: "user", Content: []protocol.ContentItem{
			&protocol.InputTextContent{Text: "look"}, &protocol.InputImageContent{ImageURL: "data:image/png;base64,AA=="},
		}},
	}
}

func everyTool() []modelclient.Tool {
	return []modelclient.Tool{
		&modelclient.FunctionTool{Name: "shell", Description: "Runs <a> command.", Parameters: json.RawMessage(
			`{"type":"object","properties":{"command":{"type":"array","items":{"type":"string"}}},"required":["command"],"additionalProperties":false}`)},
		&modelclient.FunctionTool{Name: "bare", Strict: true},
		&modelclient.LocalShellTool{},
		&modelclient.FreeformTool{Name: "apply_patch", Description: "Patches.", Definition: "start: \"x\"\n"},
		&modelclient.WebSearchTool{},
	}
}

func TestResponsesRequestGolden(t *testing.T) {
	t.Parallel()
	reasoning := &modelclient.Reasoning{Effort: protocol.EffortLow, Summary: protocol.SummaryConcise}
	tests := []struct {
		name     string
		provider modelprovider.Provider
		request  modelclient.Request
	}{
		{"responses_plain", modelprovider.Provider{}, modelclient.Request{
			Model: "gpt-4.1", Instructions: "Be brief.", Input: []protocol.ResponseItem{user("hello")},
		}},
		{"responses_full", modelprovider.Provider{}, modelclient.Request{
			Model: "gpt-5", Instructions: "Be <brief>.", Input: history(), Tools: everyTool(),
			Reasoning: reasoning, Verbosity: protocol.VerbosityHigh,
			OutputSchema: json.RawMessage(`{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"string"}}}`),
		}},
		{"responses_azure", modelprovider.Provider{Name: "Azure"}, modelclient.Request{
			Model: "gpt-5", Input: history(), Reasoning: reasoning,
		}},
		{"responses_reasoning_none", modelprovider.Provider{}, modelclient.Request{
			Model: "gpt-5", Reasoning: &modelclient.Reasoning{Summary: protocol.SummaryNone},
		}},
		{"responses_schema_only", modelprovider.Provider{}, modelclient.Request{
			Model: "gpt-5", OutputSchema: json.RawMessage(`{"type":"object"}`),
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, modeltest.Reply())
			provider := testProvider(modelprovider.WireResponses, server.BaseURL())
			if test.provider.Name != "" {
				provider.Name = test.provider.Name
			}
			test.request.ConversationID = "01a2028d-9348-7e83-b2e1-61125fbed964"
			if _, err := ask(t, newClient(t, modelclient.Options{Provider: provider}), &test.request); err != nil {
				t.Fatal(err)
			}
			body := server.Requests()[0].Body
			if !json.Valid(body) {
				t.Errorf("the body is not JSON: %s", body)
			}
			golden(t, test.name+".json", append(body, '\n'))
		})
	}
}

// The provider caches prompts by their beginning, so nothing that was sent may
// change.
func TestResponsesInputIsPrefixOfTheNext(t *testing.T) {
	t.Parallel()
	items := history()
	script := make([]modeltest.Response, len(items)+1)
	for i := range script {
		script[i] = modeltest.Reply()
	}
	server := start(t, script...)
	client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireResponses, server.BaseURL())})
	var before []byte
	for n := range len(items) + 1 {
		if _, err := ask(t, client, &modelclient.Request{Input: items[:n], Tools: everyTool(), ConversationID: "c"}); err != nil {
			t.Fatal(err)
		}
		input := bytes.TrimSuffix(server.Requests()[n].Input(), []byte("]"))
		if !bytes.HasPrefix(input, before) {
			t.Fatalf("with %d items the input is %s\nwhich does not begin with %s", n, input, before)
		}
		before = input
	}
}

// What an earlier request reads stays as it was when a later one takes another
// way.
func TestResponsesInputAfterADifferentHistory(t *testing.T) {
	t.Parallel()
	shared, a, b := user("shared"), user("first way"), user("second")
	inputs := [][]protocol.ResponseItem{
		{shared, a}, {shared, b, a}, {shared}, {b}, {}, {shared, a},
		{&protocol.UnknownItem{Type: "x"}, shared}, {&protocol.UnknownItem{Type: "x"}, shared, a},
	}
	script := make([]modeltest.Response, len(inputs))
	for i := range script {
		script[i] = modeltest.Reply()
	}
	server := start(t, script...)
	client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireResponses, server.BaseURL())})
	for i, input := range inputs {
		if _, err := ask(t, client, &modelclient.Request{Input: input}); err != nil {
			t.Fatal(err)
		}
		want := []protocol.ResponseItem{}
		for _, item := range input {
			if item.ItemType() != "x" {
				want = append(want, item)
			}
		}
		got := append([]protocol.ResponseItem{}, server.Requests()[i].Items()...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("input %d differs (-want +got):\n%s", i, diff)
		}
	}
}

func TestItemThatCannotBeEncoded(t *testing.T) {
	t.Parallel()
	server := start(t)
	client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireResponses, server.BaseURL())})
	_, err := client.Stream(t.Context(), &modelclient.Request{Input: []protocol.ResponseItem{
		&protocol.MessageItem{Role: "user", Content: []protocol.ContentItem{nil}},
	}})
	if err == nil || server.Count() != 0 {
		t.Errorf("error %v after %d requests, want an error and no request", err, server.Count())
	}
}

func TestFixture(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/stream.sse"
	writeFile(t, path, "data: "+created+"\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"hi\"}\ndata: "+completed+"\n")
	provider := testProvider(modelprovider.WireResponses, "http://127.0.0.1:1")
	client := newClient(t, modelclient.Options{Provider: provider, FixturePath: path})
	got, err := ask(t, client, &modelclient.Request{})
	if err != nil {
		t.Fatal(err)
	}
	want := []modelclient.Event{
		noLimits, {Kind: modelclient.Created, ResponseID: "r1"},
		{Kind: modelclient.TextDelta, Delta: "hi"}, done,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events differ (-want +got):\n%s", diff)
	}
	client = newClient(t, modelclient.Options{Provider: provider, FixturePath: path + ".missing"})
	if _, err := client.Stream(t.Context(), &modelclient.Request{}); err == nil {
		t.Error("a missing fixture is no error")
	}
}
