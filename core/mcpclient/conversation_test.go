package mcpclient_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/mcpclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
)

// host is a program with conversations and a scripted model.
type host struct {
	agent *agent.Agent
	model *modeltest.Server
}

// serverTable is a table of mcp_servers.
type serverTable struct {
	Command string            `toml:"command"`
	Env     map[string]string `toml:"env"`
	Startup float64           `toml:"startup_timeout_sec,omitempty"`
}

// fake returns the table of a fake server.
func fake(c mcpclient.FakeConfig) (serverTable, error) {
	self, err := os.Executable()
	if err != nil {
		return serverTable{}, err
	}
	text, err := json.Marshal(c)
	return serverTable{Command: self, Env: map[string]string{
		mcpclient.FakeVariable: string(text),
		"GORACE":               os.Getenv("GORACE"),
	}}, err
}

// startHost returns a host in a folder.
func startHost(dir string, servers map[string]serverTable) (*host, error) {
	h := &host{model: modeltest.Start()}
	file, err := toml.Marshal(map[string]any{
		"model":           "mock-model",
		"model_provider":  "mock",
		"approval_policy": "never",
		"sandbox_mode":    "danger-full-access",
		"model_providers": map[string]any{"mock": map[string]any{"name": "mock", "base_url": h.model.BaseURL(), "wire_api": "responses"}},
		"mcp_servers":     servers,
	})
	if err != nil {
		return nil, err
	}
	home := filepath.Join(dir, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(home, "config.toml"), file, 0o600); err != nil {
		return nil, err
	}
	h.agent, err = agent.New(context.Background(), &agent.Options{
		Home: home, Environ: []string{"PATH=/usr/bin:/bin", "HOME=" + dir, "SHELL=/bin/sh"}, Cwd: dir,
	})
	return h, err
}

func (h *host) close(ctx context.Context) error {
	err := h.agent.Close(ctx)
	h.model.Close()
	return err
}

// newHost returns a host that is closed at the end of the test.
func newHost(t *testing.T, servers map[string]mcpclient.FakeConfig) *host {
	t.Helper()
	tables := map[string]serverTable{}
	for name, c := range servers {
		table, err := fake(c)
		if err != nil {
			t.Fatal(err)
		}
		tables[name] = table
	}
	h, err := startHost(t.TempDir(), tables)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// conversation starts a conversation in a folder of its own, so that it shares
// no server.
func (h *host) conversation(ctx context.Context, dir string) (*conversation.Conversation, error) {
	cfg, err := h.agent.Config.Load(ctx, config.Overrides{Cwd: dir})
	if err != nil {
		return nil, err
	}
	return h.agent.Conversations.New(ctx, cfg, nil)
}

// follower reads the events of a conversation.
type follower struct {
	t   *testing.T
	c   *conversation.Conversation
	sub *event.Subscription
}

func (h *host) follow(t *testing.T) *follower {
	t.Helper()
	c, err := h.conversation(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f := &follower{t: t, c: c, sub: c.Subscribe()}
	t.Cleanup(f.sub.Close)
	return f
}

// submit submits an operation.
func (f *follower) submit(op protocol.Op) string {
	f.t.Helper()
	id, err := f.c.Submit(f.t.Context(), op)
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

func say(text string) protocol.Op {
	return &protocol.UserInputOp{Items: []protocol.InputItem{&protocol.TextInput{Text: text}}}
}

// until returns the events up to the first of a type, which is the last of them,
// as "id type".
func (f *follower) until(eventType string) (events []event.Event) {
	f.t.Helper()
	for {
		e, err := f.sub.Next(f.t.Context())
		if err != nil {
			f.t.Fatalf("waiting for %s: %v", eventType, err)
		}
		if e.Msg == nil {
			continue
		}
		events = append(events, e)
		if e.Msg.EventType() == eventType {
			return events
		}
	}
}

// show returns events as JSON, without those that count tokens and with "D" for
// durations.
func show(t *testing.T, events []event.Event) []string {
	t.Helper()
	var lines []string
	for _, e := range events {
		if _, ok := e.Msg.(*protocol.TokenCountEvent); ok {
			continue
		}
		if end, ok := e.Msg.(*protocol.McpToolCallEndEvent); ok {
			if end.Duration == (protocol.Duration{}) {
				t.Error("a call took no time")
			}
			end.Duration = protocol.Duration{}
		}
		text, err := protocol.Append(nil, e.Msg)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, e.SubmissionID+" "+strings.ReplaceAll(string(text), `{"secs":0,"nanos":0}`, "D"))
	}
	return lines
}

func TestConversationCalls(t *testing.T) {
	t.Parallel()
	h := newHost(t, map[string]mcpclient.FakeConfig{"b": {}, "a": {Pages: [][]json.RawMessage{{
		json.RawMessage(`{"name":"what now?","description":"Q","inputSchema":{"type":"object","properties":{"n":{"type":"integer"}}}}`),
	}}}})
	h.model.Add(
		modeltest.Reply(modeltest.Call("b__echo", "c1", ` {"x": 1.0} `)),
		modeltest.Reply(modeltest.Call("b__fail", "c2", ``)),
		modeltest.Reply(modeltest.Call("b__crash", "c3", `{}`)),
		modeltest.Reply(modeltest.Call("b__echo", "c4", `[1]`)),
		modeltest.Reply(modeltest.Call("b__echo", "c5", `{broken`)),
		modeltest.Reply(modeltest.Call("b__none", "c6", `{}`)),
		modeltest.Reply(modeltest.Call("b__structured", "c7", `null`)),
		modeltest.Reply(modeltest.Text("Done")),
	)
	f := h.follow(t)
	f.submit(say("go"))
	const (
		crashed = `the call of tool \"crash\" of MCP server \"b\" failed: the server has ended (exit status 3)`
		noList  = `the call of tool \"echo\" of MCP server \"b\" failed: the arguments of a tool must be a JSON object`
	)
	want := []string{
		`0 {"type":"task_started","model_context_window":null}`,
		`0 {"type":"mcp_tool_call_begin","call_id":"c1","invocation":{"server":"b","tool":"echo","arguments":{"x":1.0}}}`,
		`0 {"type":"mcp_tool_call_end","call_id":"c1","invocation":{"server":"b","tool":"echo","arguments":{"x":1.0}},"duration":D,"result":{"Ok":{"content":[{"type":"text","text":"{\"name\":\"echo\",\"arguments\":{\"x\":1.0}}"}]}}}`,
		`0 {"type":"mcp_tool_call_begin","call_id":"c2","invocation":{"server":"b","tool":"fail","arguments":null}}`,
		`0 {"type":"mcp_tool_call_end","call_id":"c2","invocation":{"server":"b","tool":"fail","arguments":null},"duration":D,"result":{"Ok":{"content":[{"type":"text","text":"it failed"}],"isError":true}}}`,
		`0 {"type":"mcp_tool_call_begin","call_id":"c3","invocation":{"server":"b","tool":"crash","arguments":{}}}`,
		`0 {"type":"mcp_tool_call_end","call_id":"c3","invocation":{"server":"b","tool":"crash","arguments":{}},"duration":D,"result":{"Err":"` + crashed + `"}}`,
		`0 {"type":"mcp_tool_call_begin","call_id":"c4","invocation":{"server":"b","tool":"echo","arguments":[1]}}`,
		`0 {"type":"mcp_tool_call_end","call_id":"c4","invocation":{"server":"b","tool":"echo","arguments":[1]},"duration":D,"result":{"Err":"` + noList + `"}}`,
		`0 {"type":"mcp_tool_call_begin","call_id":"c7","invocation":{"server":"b","tool":"structured","arguments":null}}`,
		`0 {"type":"mcp_tool_call_end","call_id":"c7","invocation":{"server":"b","tool":"structured","arguments":null},"duration":D,"result":{"Ok":{"content":[{"type":"text","text":"x"}],"structuredContent":{"z":1.0,"a":[1e3]}}}}`,
		`0 {"type":"agent_message","message":"Done"}`,
		`0 {"type":"task_complete","last_agent_message":"Done"}`,
	}
	if diff := cmp.Diff(want, show(t, f.until("task_complete"))); diff != "" {
		t.Error(diff)
	}

	requests := h.model.Requests()
	var names []string
	for _, tool := range requests[0].Tools() {
		if tool.Name != "" {
			names = append(names, tool.Name)
		}
	}
	i := slices.Index(names, "a__what_now_")
	if i < 1 || names[i-1] != "view_image" || names[i+1] != "b__ask" || !slices.IsSorted(names[i:]) || len(names[i:]) != 19 {
		t.Errorf("tools in the order %q", names)
	}
	parameters := `{"type":"function","name":"a__what_now_","description":"Q","strict":false,"parameters":{"type":"object","properties":{"n":{"type":"integer"}}}}`
	if !strings.Contains(string(requests[0].Body), parameters) {
		t.Errorf("no %s in %s", parameters, requests[0].Body)
	}
	last := requests[len(requests)-1]
	for call, want := range map[string]string{
		"c1": `[{"type":"text","text":"{\"name\":\"echo\",\"arguments\":{\"x\":1.0}}"}]`,
		"c2": "The tool reported an error:\n" + `[{"type":"text","text":"it failed"}]`,
		"c3": strings.ReplaceAll(crashed, `\"`, `"`),
		"c4": strings.ReplaceAll(noList, `\"`, `"`),
		"c5": "failed to parse function arguments: invalid character 'b' looking for beginning of object key string",
		"c6": "unsupported call: b__none",
		"c7": `{"z":1.0,"a":[1e3]}`,
	} {
		got, ok := last.Output(call)
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("output of %s: %s", call, diff)
		}
	}
}

func TestConversationLongOutput(t *testing.T) {
	t.Parallel()
	h := newHost(t, map[string]mcpclient.FakeConfig{"s": {}})
	long := strings.Repeat("word ", 4000)
	arguments, err := json.Marshal(map[string]string{"text": long})
	if err != nil {
		t.Fatal(err)
	}
	h.model.Add(modeltest.Reply(modeltest.Call("s__echo", "c1", string(arguments))), modeltest.Reply(modeltest.Text("Done")))
	f := h.follow(t)
	f.submit(say("go"))
	events := f.until("task_complete")
	for _, e := range events {
		if end, ok := e.Msg.(*protocol.McpToolCallEndEvent); ok {
			if text, err := protocol.Append(nil, end); err != nil || !strings.Contains(string(text), long) {
				t.Error("the event does not have the whole result")
			}
		}
	}
	requests := h.model.Requests()
	output, _ := requests[1].Output("c1")
	if len(output) > 11_000 || !strings.Contains(output, "omitted") && !strings.Contains(output, "...") {
		t.Errorf("the model reads %d bytes", len(output))
	}
}

func TestConversationInterrupt(t *testing.T) {
	t.Parallel()
	h := newHost(t, map[string]mcpclient.FakeConfig{"s": {}})
	h.model.Add(modeltest.Reply(modeltest.Call("s__hang", "c1", `{}`)), modeltest.Reply(modeltest.Text("Next")))
	f := h.follow(t)
	f.submit(say("go"))
	f.until("mcp_tool_call_begin")
	f.submit(&protocol.InterruptOp{})
	want := []string{
		`0 {"type":"mcp_tool_call_end","call_id":"c1","invocation":{"server":"s","tool":"hang","arguments":{}},"duration":D,"result":{"Err":"the call was interrupted"}}`,
		`0 {"type":"turn_aborted","reason":"interrupted"}`,
	}
	if diff := cmp.Diff(want, show(t, f.until("turn_aborted"))); diff != "" {
		t.Error(diff)
	}
	f.submit(say("again"))
	f.until("task_complete")
	requests := h.model.Requests()
	if output, ok := requests[1].Output("c1"); output != "aborted" || !ok {
		t.Errorf("output %q, %v", output, ok)
	}
}

func TestConversationListTools(t *testing.T) {
	t.Parallel()
	h := newHost(t, map[string]mcpclient.FakeConfig{"s": {Pages: [][]json.RawMessage{{
		json.RawMessage(`{"name":"a b","inputSchema":{"type":"object","title":"T"},"annotations":{"readOnlyHint":true}}`),
	}}}})
	f := h.follow(t)
	id := f.submit(&protocol.ListMcpToolsOp{})
	want := []string{id + ` {"type":"mcp_list_tools_response","tools":{"s__a_b":{"annotations":{"readOnlyHint":true},"inputSchema":{"type":"object","title":"T"},"name":"a b"}}}`}
	if diff := cmp.Diff(want, show(t, f.until("mcp_list_tools_response"))); diff != "" {
		t.Error(diff)
	}
	plain := newHost(t, nil).follow(t)
	id = plain.submit(&protocol.ListMcpToolsOp{})
	want = []string{id + ` {"type":"mcp_list_tools_response","tools":{}}`}
	if diff := cmp.Diff(want, show(t, plain.until("mcp_list_tools_response"))); diff != "" {
		t.Error(diff)
	}
}

// TestConversationStartUp checks that servers hold up neither the start of a
// conversation nor its end, and that failures are events without an id.
func TestConversationStartUp(t *testing.T) {
	t.Parallel()
	slow, err := fake(mcpclient.FakeConfig{Initialize: "hang"})
	if err != nil {
		t.Fatal(err)
	}
	slow.Startup = 600
	h, err := startHost(t.TempDir(), map[string]serverTable{"slow": slow, "ghost": {Command: "no-such-program-here"}})
	if err != nil {
		t.Fatal(err)
	}
	f := h.follow(t)
	want := []string{` {"type":"error","message":"MCP server \"ghost\" failed to start: start \"no-such-program-here\": program not found"}`}
	if diff := cmp.Diff(want, show(t, f.until("error"))); diff != "" {
		t.Error(diff)
	}
	// A turn that is waiting for servers can be aborted, and says that it was.
	f.submit(say("go"))
	f.submit(&protocol.ListMcpToolsOp{})
	f.submit(&protocol.ShutdownOp{})
	want = []string{
		`0 {"type":"task_started","model_context_window":null}`,
		`0 {"type":"turn_aborted","reason":"interrupted"}`,
		fmt.Sprintf(`%d {"type":"shutdown_complete"}`, 2),
	}
	if diff := cmp.Diff(want, show(t, f.until("shutdown_complete"))); diff != "" {
		t.Error(diff)
	}
	if n := h.model.Count(); n != 0 {
		t.Errorf("%d requests", n)
	}
	if err := h.close(t.Context()); err != nil {
		t.Error(err)
	}
}
