package modeltest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	responses = "/v1/responses"
	chat      = "/v1/chat/completions"
)

// post sends a request and returns status and body. A body that breaks off is
// followed by "(broken)".
func post(t *testing.T, address, body string) (int, string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		data = append(data, "(broken)"...)
	}
	return response.StatusCode, string(data)
}

func start(t *testing.T, options modeltest.Options) *modeltest.Server {
	t.Helper()
	server, err := modeltest.Serve(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// stream joins the events of a stream.
func stream(lines ...string) string { return strings.Join(lines, "\n\n") + "\n\n" }

func TestSteps(t *testing.T) {
	t.Parallel()
	const (
		open   = "event: response.created\ndata: {\"response\":{\"id\":\"resp-1\"},\"type\":\"response.created\"}"
		finish = "event: response.completed\ndata: {\"response\":{\"id\":\"resp-1\",\"usage\":null},\"type\":\"response.completed\"}"
		item   = "event: response.output_item.done\ndata: {\"item\":%s,\"type\":\"response.output_item.done\"}"
		stop   = `data: {"choices":[{"delta":{},"finish_reason":"stop","index":0}],"id":"chatcmpl-1"}`
		calls  = `data: {"choices":[{"delta":{},"finish_reason":"tool_calls","index":0}],"id":"chatcmpl-1"}`
		done   = "data: [DONE]"
	)
	closed := make(chan struct{})
	close(closed)
	tests := []struct {
		name            string
		steps           []modeltest.Step
		responses, chat string
	}{
		{"nothing", nil, stream(open, finish), stream(stop, done)},
		{
			"deltas", []modeltest.Step{modeltest.Deltas("a<", "b")},
			stream(open,
				"event: response.output_item.added\ndata: {\"item\":{\"content\":[],\"id\":\"msg-1-1\",\"role\":\"assistant\",\"type\":\"message\"},\"type\":\"response.output_item.added\"}",
				"event: response.output_text.delta\ndata: {\"delta\":\"a<\",\"item_id\":\"msg-1-1\",\"type\":\"response.output_text.delta\"}",
				"event: response.output_text.delta\ndata: {\"delta\":\"b\",\"item_id\":\"msg-1-1\",\"type\":\"response.output_text.delta\"}",
				fmt.Sprintf(item, `{"type":"message","id":"msg-1-1","role":"assistant","content":[{"type":"output_text","text":"a<b"}]}`), finish),
			stream(`data: {"choices":[{"delta":{"content":"a<","role":"assistant"},"index":0}],"id":"chatcmpl-1"}`,
				`data: {"choices":[{"delta":{"content":"b","role":"assistant"},"index":0}],"id":"chatcmpl-1"}`, stop, done),
		},
		{
			"two calls", []modeltest.Step{modeltest.Call("shell", "c1", "{}"), modeltest.CustomCall("apply_patch", "c2", "*** Begin\n")},
			stream(open, fmt.Sprintf(item, `{"type":"function_call","id":"fc-1-1","name":"shell","arguments":"{}","call_id":"c1"}`),
				fmt.Sprintf(item, `{"type":"custom_tool_call","id":"ctc-1","status":"completed","call_id":"c2","name":"apply_patch","input":"*** Begin\n"}`), finish),
			stream(`data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{}","name":"shell"},"id":"c1","index":0,"type":"function"}]},"index":0}],"id":"chatcmpl-1"}`,
				`data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{\"input\":\"*** Begin\\n\"}","name":"apply_patch"},"id":"c2","index":1,"type":"function"}]},"index":0}],"id":"chatcmpl-1"}`,
				calls, done),
		},
		{
			"local shell", []modeltest.Step{modeltest.LocalShell("c1", "ls")},
			stream(open, fmt.Sprintf(item, `{"type":"local_shell_call","call_id":"c1","status":"completed","action":{"type":"exec","command":["ls"],"timeout_ms":null,"working_directory":null,"env":null,"user":null}}`), finish),
			stream(stop, done),
		},
		{
			"web search", []modeltest.Step{modeltest.WebSearch("ws", "go")},
			stream(open, "event: response.output_item.added\ndata: {\"item\":{\"id\":\"ws\",\"status\":\"in_progress\",\"type\":\"web_search_call\"},\"type\":\"response.output_item.added\"}",
				fmt.Sprintf(item, `{"type":"web_search_call","id":"ws","status":"completed","action":{"type":"search","query":"go"}}`), finish),
			stream(stop, done),
		},
		{
			"reasoning", []modeltest.Step{modeltest.Reasoning(modeltest.Thought{Summary: []string{"s"}, Content: []string{"r"}, Encrypted: "E", Deltas: true})},
			stream(open,
				"event: response.reasoning_summary_part.added\ndata: {\"item_id\":\"rs-1\",\"summary_index\":0,\"type\":\"response.reasoning_summary_part.added\"}",
				"event: response.reasoning_summary_text.delta\ndata: {\"delta\":\"s\",\"item_id\":\"rs-1\",\"summary_index\":0,\"type\":\"response.reasoning_summary_text.delta\"}",
				"event: response.reasoning_text.delta\ndata: {\"content_index\":0,\"delta\":\"r\",\"item_id\":\"rs-1\",\"type\":\"response.reasoning_text.delta\"}",
				fmt.Sprintf(item, `{"type":"reasoning","id":"rs-1","summary":[{"type":"summary_text","text":"s"}],"content":[{"type":"reasoning_text","text":"r"}],"encrypted_content":"E"}`), finish),
			stream(`data: {"choices":[{"delta":{"reasoning":"r"},"index":0}],"id":"chatcmpl-1"}`, stop, done),
		},
		{"event", []modeltest.Step{modeltest.Event(`{"x":1}`), modeltest.End()}, stream(open, `data: {"x":1}`), stream(`data: {"x":1}`)},
		{"raw", []modeltest.Step{modeltest.Raw("a", "b")}, open + "\n\nab", "ab"},
		{
			"failed", []modeltest.Step{modeltest.Failed("c", "m")},
			stream(open, "event: response.failed\ndata: {\"response\":{\"error\":{\"code\":\"c\",\"message\":\"m\"},\"id\":\"resp-1\"},\"type\":\"response.failed\"}"),
			stream(`data: {"error":{"code":"c","message":"m"},"id":"chatcmpl-1"}`),
		},
		{
			"incomplete", []modeltest.Step{modeltest.Incomplete("why")},
			stream(open, "event: response.incomplete\ndata: {\"response\":{\"id\":\"resp-1\",\"incomplete_details\":{\"reason\":\"why\"}},\"type\":\"response.incomplete\"}"),
			stream(`data: {"choices":[{"delta":{},"finish_reason":"why","index":0}],"id":"chatcmpl-1"}`),
		},
		{"disconnect", []modeltest.Step{modeltest.Disconnect()}, stream(open) + "(broken)", "(broken)"},
		{"pauses", []modeltest.Step{modeltest.Delay(time.Millisecond), modeltest.Until(closed)}, stream(open, finish), stream(stop, done)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			answer := modeltest.Reply(append(test.steps, modeltest.NoUsage())...).With("X-Test", "1")
			for path, want := range map[string]string{responses: test.responses, chat: test.chat} {
				server := start(t, modeltest.Options{Script: []modeltest.Response{answer}})
				status, got := post(t, server.URL+path, "{}")
				if diff := cmp.Diff(want, got); diff != "" || status != 200 {
					t.Errorf("%s: status %d, stream differs (-want +got):\n%s", path, status, diff)
				}
			}
		})
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	usage := protocol.TokenUsage{InputTokens: 5, CachedInputTokens: 4, OutputTokens: 3, ReasoningOutputTokens: 2, TotalTokens: 8}
	server := start(t, modeltest.Options{Handler: func(*modeltest.Request) modeltest.Response { return modeltest.Reply(modeltest.Usage(usage)) }})
	for path, want := range map[string]string{
		responses: `"usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":4},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":8}`,
		chat:      `"usage":{"completion_tokens":3,"completion_tokens_details":{"reasoning_tokens":2},"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":4},"total_tokens":8}`,
	} {
		if _, got := post(t, server.URL+path, "{}"); !strings.Contains(got, want) {
			t.Errorf("%s: %s\ndoes not hold %s", path, got, want)
		}
	}
}

func TestScriptAndHandler(t *testing.T) {
	t.Parallel()
	server := start(t, modeltest.Options{Script: []modeltest.Response{modeltest.Status(429, "slow")}})
	server.Add(modeltest.Status(503, "later"))
	for _, want := range []int{429, 503, 400, 400} {
		if status, body := post(t, server.URL+responses, "{}"); status != want {
			t.Errorf("status %d with %q, want %d", status, body, want)
		}
	}
	if server.Count() != 4 {
		t.Errorf("count %d", server.Count())
	}
	server = start(t, modeltest.Options{
		Script:  []modeltest.Response{modeltest.Status(429, "")},
		Handler: func(r *modeltest.Request) modeltest.Response { return modeltest.Status(200+r.Number, "") },
	})
	for _, want := range []int{429, 202, 203} {
		if status, _ := post(t, server.URL+chat, "{}"); status != want {
			t.Errorf("status %d, want %d", status, want)
		}
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	message := func(role, text string) protocol.ResponseItem {
		var part protocol.ContentItem = &protocol.InputTextContent{Text: text}
		if role == "assistant" {
			part = &protocol.OutputTextContent{Text: text}
		}
		return &protocol.MessageItem{Role: role, Content: []protocol.ContentItem{part}}
	}
	items := []protocol.ResponseItem{
		message("user", "hi"), message("assistant", "ok"),
		&protocol.FunctionCallItem{Name: "shell", Arguments: "{}", CallID: "c1"},
		&protocol.FunctionCallOutputItem{CallID: "c1", Output: "out"},
		message("user", "more"),
	}
	tests := []struct {
		path, body, id string
	}{
		{responses, `{"model":"m","instructions":"be","prompt_cache_key":"c","tools":[{"type":"function","name":"shell"},{"type":"local_shell"}],"input":[` +
			`{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]},` +
			`{"type":"message","role":"assistant","content":[{"type":"output_text","text":"ok"}]},` +
			`{"type":"function_call","name":"shell","arguments":"{}","call_id":"c1"},{"type":"function_call_output","call_id":"c1","output":"out"},{"type":"broken"},3,` +
			`{"type":"message","role":"user","content":[{"type":"input_text","text":"more"}]}]}`, "c"},
		{chat, `{"model":"m","tools":[{"type":"function","function":{"name":"shell"}},{"type":"local_shell"}],"messages":[{"role":"system","content":"be"},{"role":"user","content":"hi"},` +
			`{"role":"assistant","content":"ok","tool_calls":[{"id":"c1","type":"function","function":{"name":"shell","arguments":"{}"}}]},` +
			`{"role":"tool","tool_call_id":"c1","content":"out"},{"role":"user","content":[{"type":"text","text":"mo"},{"type":"text","text":"re"}]}]}`, ""},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			t.Parallel()
			server := start(t, modeltest.Options{Script: []modeltest.Response{modeltest.Reply()}})
			post(t, server.URL+test.path+"?a=1", test.body)
			r := server.Requests()[0]
			if r.Model() != "m" || r.Instructions() != "be" || r.ConversationID() != test.id || r.LastUserText() != "more" ||
				r.Number != 1 || r.Method != "POST" || r.Path != test.path || r.Query != "a=1" || string(r.Body) != test.body {
				t.Errorf("the request is %+v", r)
			}
			known := r.Items()
			for i := 0; i < len(known); i++ {
				if known[i].ItemType() == "broken" {
					known = append(known[:i:i], known[i+1:]...)
				}
			}
			if diff := cmp.Diff(items, known); diff != "" {
				t.Errorf("items differ (-want +got):\n%s", diff)
			}
			if out, ok := r.Output("c1"); out != "out" || !ok {
				t.Errorf("output %q, %v", out, ok)
			}
			if _, ok := r.Output("c2"); ok {
				t.Error("there is an output of c2")
			}
			if diff := cmp.Diff([]modeltest.Tool{{Type: "function", Name: "shell"}, {Type: "local_shell"}}, r.Tools()); diff != "" {
				t.Errorf("tools differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRequestThatIsNoJSON(t *testing.T) {
	t.Parallel()
	server := start(t, modeltest.Options{Script: []modeltest.Response{modeltest.Reply(), modeltest.Reply()}})
	post(t, server.URL+responses, "{oops")
	post(t, server.URL+chat, "")
	for _, r := range server.Requests() {
		if r.Items() != nil || r.Tools() != nil || r.Model() != "" || r.Instructions() != "" || r.LastUserText() != "" {
			t.Errorf("something was read from %q", r.Body)
		}
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	server := start(t, modeltest.Options{
		Handler:      func(*modeltest.Request) modeltest.Response { return modeltest.Reply() },
		KeepRequests: 1,
	})
	got := make(chan *modeltest.Request)
	go func() {
		request, _ := server.Wait(t.Context(), 2)
		got <- request
	}()
	post(t, server.URL+responses, `{"model":"one"}`)
	post(t, server.URL+responses, `{"model":"two"}`)
	if request := <-got; request == nil || request.Model() != "two" {
		t.Errorf("got %v", request)
	}
	if request, err := server.Wait(t.Context(), 1); request != nil || err != nil {
		t.Errorf("the first request is %v, %v, want none", request, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := server.Wait(ctx, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	server.Close()
	if _, err := server.Wait(t.Context(), 3); err == nil {
		t.Error("a closed server lets wait")
	}
}

// Close ends answers that hang.
func TestCloseEndsHanging(t *testing.T) {
	t.Parallel()
	server := modeltest.Start(modeltest.Reply(modeltest.Hang()))
	ended := make(chan string)
	go func() {
		_, body := post(t, server.URL+responses, "{}")
		ended <- body
	}()
	if _, err := server.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	server.Close()
	server.Close()
	<-ended
}

func TestPullScript(t *testing.T) {
	t.Parallel()
	server := start(t, modeltest.Options{Pull: []string{`{"error":"no"}`}})
	if _, body := post(t, server.URL+"/api/pull", `{"model":"x"}`); body != "{\"error\":\"no\"}\n" {
		t.Errorf("body %q", body)
	}
	if status, _ := post(t, server.URL+"/api/pull", `x`); status != http.StatusBadRequest {
		t.Errorf("status %d", status)
	}
	if server.Count() != 0 {
		t.Error("pulling counts as a request to the model")
	}
}

func ExampleStart() {
	server := modeltest.Start(modeltest.Reply(modeltest.Text("Hello.")))
	defer server.Close()

	response, err := http.Post(server.BaseURL()+"/responses", "application/json", bytes.NewBufferString(`{"model":"any"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	body, _ := io.ReadAll(response.Body)
	fmt.Println(bytes.Contains(body, []byte("Hello.")), server.Requests()[0].Model())
	// Output: true any
}
