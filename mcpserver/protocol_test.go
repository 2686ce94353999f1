package mcpserver

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRequests holds the answer to every request that runs no turn.
// (spec: mcp, lifecycle and simple methods; tools)
func TestRequests(t *testing.T) {
	t.Parallel()
	const initialize = `{"id":1,"method":"initialize","params":{"protocolVersion":"%s","capabilities":{},"clientInfo":{"name":"n","version":"v"}}}`
	tests := []struct {
		name string
		send []string
		code int64  // of the error that the last one is answered with
		want string // or its result
	}{
		{name: "ping", send: []string{`{"jsonrpc":"2.0","id":1,"method":"ping"}`}, want: `{}`},
		{name: "ping with any params", send: []string{`{"id":1,"method":"ping","params":[1]}`}, want: `{}`},
		{name: "string id", send: []string{`{"id":"a","method":"ping"}`}, want: `{}`},
		{name: "unknown method", send: []string{`{"id":1,"method":"noSuchMethod"}`}, code: -32601},
		{name: "method of another server", send: []string{`{"id":1,"method":"newConversation","params":{}}`}, code: -32601},
		{name: "discovery of later versions", send: []string{`{"id":1,"method":"server/discover","params":{}}`}, code: -32601},
		{name: "resources/list", send: []string{`{"id":1,"method":"resources/list"}`}, code: -32601},
		{name: "resources/templates/list", send: []string{`{"id":1,"method":"resources/templates/list"}`}, code: -32601},
		{name: "resources/read", send: []string{`{"id":1,"method":"resources/read","params":{"uri":"x"}}`}, code: -32601},
		{name: "resources/subscribe", send: []string{`{"id":1,"method":"resources/subscribe","params":{"uri":"x"}}`}, code: -32601},
		{name: "resources/unsubscribe", send: []string{`{"id":1,"method":"resources/unsubscribe","params":{"uri":"x"}}`}, code: -32601},
		{name: "prompts/list", send: []string{`{"id":1,"method":"prompts/list"}`}, code: -32601},
		{name: "prompts/get", send: []string{`{"id":1,"method":"prompts/get","params":{"name":"x"}}`}, code: -32601},
		{name: "completion/complete", send: []string{`{"id":1,"method":"completion/complete","params":{}}`}, code: -32601},
		{name: "logging/setLevel", send: []string{`{"id":1,"method":"logging/setLevel","params":{"level":"debug"}}`}, code: -32601},
		{name: "roots/list", send: []string{`{"id":1,"method":"roots/list"}`}, code: -32601},
		{name: "not JSON", send: []string{`{`}, code: -32700},
		{name: "batch", send: []string{`[{"id":1,"method":"ping"}]`}, code: -32600},
		{name: "no object", send: []string{`"ping"`}, code: -32600},
		{name: "initialize without params", send: []string{`{"id":1,"method":"initialize"}`}, code: -32602},
		{name: "initialize without capabilities", send: []string{`{"id":1,"method":"initialize","params":{"protocolVersion":"x","clientInfo":{"name":"n","version":"v"}}}`}, code: -32602},
		{name: "initialize with a bad name", send: []string{`{"id":1,"method":"initialize","params":{"protocolVersion":"x","capabilities":{},"clientInfo":{"name":1,"version":"v"}}}`}, code: -32602},
		{name: "initialize twice", send: []string{strings.Replace(initialize, "%s", "x", 1), strings.Replace(initialize, "%s", "x", 1)}, code: -32600},
		{name: "tools/list with a bad cursor", send: []string{`{"id":1,"method":"tools/list","params":{"cursor":7}}`}, code: -32602},
		{name: "tools/call without params", send: []string{`{"id":1,"method":"tools/call"}`}, code: -32602},
		{name: "tools/call without a name", send: []string{`{"id":1,"method":"tools/call","params":{"arguments":{}}}`}, code: -32602},
		{name: "unknown tool", send: []string{`{"id":1,"method":"tools/call","params":{"name":"nope"}}`}, want: `{"content":[{"type":"text","text":"Unknown tool \"nope\""}],"isError":true}`},
		{name: "tool that was not asked for", send: []string{`{"id":1,"method":"tools/call","params":{"name":"codex-list"}}`}, want: `{"content":[{"type":"text","text":"Unknown tool \"codex-list\""}],"isError":true}`},
		{
			name: "bad first initialize does not count",
			send: []string{`{"id":1,"method":"initialize","params":{}}`, strings.Replace(initialize, "%s", "banana", 1)},
			want: `{"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"codex-mcp-server","title":"Codex","version":"0.44.0","user_agent":"UA"}}`,
		},
		{
			name: "known version",
			send: []string{strings.Replace(initialize, "%s", "2024-11-05", 1)},
			want: `{"protocolVersion":"2024-11-05","capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"codex-mcp-server","title":"Codex","version":"0.44.0","user_agent":"UA"}}`,
		},
	}
	f := newFixture(t, nil)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := f.in(t).dial()
			var m message
			for _, line := range test.send {
				p.send("%s", line)
				m = p.next()
			}
			switch {
			case test.want == "" && (m.Error == nil || m.Error.Code != test.code || m.Error.Message == ""):
				t.Errorf("answer %s, want error %d", m.text, test.code)
			case test.want != "":
				got := string(m.Result)
				if agent := m.str("result", "serverInfo", "user_agent"); agent != "" {
					if !strings.HasPrefix(agent, "codex_cli_rs/0.44.0 (") || !strings.HasSuffix(agent, " (n; v)") {
						t.Errorf("user agent %q", agent)
					}
					quoted, err := json.Marshal(agent)
					if err != nil {
						t.Fatal(err)
					}
					got = strings.Replace(got, string(quoted), `"UA"`, 1)
				}
				sameJSON(t, test.want, got)
			}
			if rest := p.hangUp(); len(rest) > 0 {
				t.Errorf("more messages: %v", labels(rest))
			}
		})
	}
}

// TestNotificationsAreNotAnswered sends every kind of notification.
func TestNotificationsAreNotAnswered(t *testing.T) {
	t.Parallel()
	p := newFixture(t, nil).connect()
	for _, line := range []string{
		`{"method":"notifications/initialized"}`,
		`{"method":"notifications/roots/list_changed"}`,
		`{"method":"notifications/progress","params":{"progressToken":1,"progress":1}}`,
		`{"method":"notifications/message","params":{"level":"info","data":1}}`,
		`{"method":"noSuchNotification"}`,
		`{"method":"notifications/cancelled"}`,
		`{"method":"notifications/cancelled","params":{"requestId":1.5}}`,
		`{"method":"notifications/cancelled","params":{"requestId":404}}`,
		`{"id":99,"result":{}}`,
		`{"id":98,"error":{"code":1,"message":"x"}}`,
	} {
		p.send("%s", line)
	}
	p.send(`{"id":"last","method":"ping"}`)
	if m := p.next(); string(m.ID) != `"last"` {
		t.Errorf("something was answered: %s", m.text)
	}
}

// TestTools holds the tools and what they need. (spec: mcp, tools/list result)
func TestTools(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		extra bool
		want  map[string][]string // required arguments
	}{
		{"usual", false, map[string][]string{"codex": {"prompt"}, "codex-reply": {"conversationId", "prompt"}}},
		{"extra", true, map[string][]string{
			"codex": {"prompt"}, "codex-reply": {"conversationId", "prompt"},
			"codex-list": nil, "codex-interrupt": {"conversationId"}, "codex-close": {"conversationId"},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newFixture(t, func(o *Options) { o.ExtraTools = test.extra }).dial()
			p.send(`{"id":1,"method":"tools/list","params":{"cursor":"ignored"}}`)
			m, _ := p.response("1")
			var list struct {
				Tools []struct {
					Name, Title, Description string
					InputSchema              struct {
						Type       string
						Properties map[string]json.RawMessage
						Required   []string
					}
				}
				NextCursor *string
			}
			if err := json.Unmarshal(m.Result, &list); err != nil {
				t.Fatal(err)
			}
			got := map[string][]string{}
			for _, tool := range list.Tools {
				got[tool.Name] = tool.InputSchema.Required
				if tool.Title == "" || tool.Description == "" || tool.InputSchema.Type != "object" {
					t.Errorf("incomplete tool %+v", tool)
				}
				for _, name := range tool.InputSchema.Required {
					if tool.InputSchema.Properties[name] == nil {
						t.Errorf("tool %s requires %s and does not describe it", tool.Name, name)
					}
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("tools (-want +got):\n%s", diff)
			}
			if list.Tools[0].Name != "codex" || list.Tools[1].Name != "codex-reply" || list.NextCursor != nil {
				t.Errorf("order or pages: %s", m.Result)
			}
		})
	}
}

// TestArgumentsOfSchema checks that the schema of the tool codex and what is
// read are the same.
func TestArgumentsOfSchema(t *testing.T) {
	t.Parallel()
	var schema struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal([]byte(schemaCodex), &schema); err != nil {
		t.Fatal(err)
	}
	var args codexArguments
	all := `{"prompt":"p","model":"m","profile":"f","cwd":"c","approval-policy":"never","sandbox":"read-only","config":{},"base-instructions":"b","include-plan-tool":true}`
	if err := decodeArguments([]byte(all), &args); err != nil {
		t.Fatal(err)
	}
	if len(args.Unknown) != 0 {
		t.Errorf("not read: %v", args.Unknown)
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal([]byte(all), &given); err != nil {
		t.Fatal(err)
	}
	for name := range schema.Properties {
		if given[name] == nil {
			t.Errorf("%s is in the schema only", name)
		}
		delete(given, name)
	}
	if len(given) != 0 {
		t.Errorf("not in the schema: %v", slices.Collect(func(yield func(string) bool) {
			for name := range given {
				if !yield(name) {
					return
				}
			}
		}))
	}
}

// TestBadArguments holds what is answered to arguments that cannot be used.
// (spec: mcp, codex arguments; codex-reply arguments)
func TestBadArguments(t *testing.T) {
	t.Parallel()
	const id = "01990000-0000-7000-8000-000000000000"
	tests := []struct{ name, tool, arguments, want string }{
		{"none", "codex", `null`, "Missing arguments for the tool codex; the field prompt is required."},
		{"no object", "codex", `[1]`, "Failed to parse the configuration for the tool codex: arguments: got an array, want object"},
		{"no prompt", "codex", `{}`, "Failed to parse the configuration for the tool codex: arguments.prompt: missing, want string"},
		{"prompt of a wrong type", "codex", `{"prompt":5}`, "Failed to parse the configuration for the tool codex: arguments.prompt: got 5, want string"},
		{"unknown policy", "codex", `{"prompt":"p","approval-policy":"always"}`, `Failed to parse the configuration for the tool codex: arguments.approval-policy: got "always", want one of "untrusted", "on-failure", "on-request", "never"`},
		{"config of a wrong type", "codex", `{"prompt":"p","config":[]}`, "Failed to parse the configuration for the tool codex: arguments.config: got an array, want object"},
		{"unknown profile", "codex", `{"prompt":"p","profile":"nope"}`, "Failed to load the Codex configuration from overrides: "},
		{"bad config value", "codex", `{"prompt":"p","config":{"approval_policy":"always"}}`, "Failed to load the Codex configuration from overrides: "},
		{"working directory that is none", "codex", `{"prompt":"p","cwd":"nowhere"}`, "Failed to start the Codex session: "},
		{"reply without arguments", "codex-reply", `null`, "Missing arguments for the tool codex-reply; the fields conversationId and prompt are required."},
		{"reply in snake case", "codex-reply", `{"conversation_id":"` + id + `","prompt":"p"}`, "Failed to parse the arguments for the tool codex-reply: arguments.conversationId: missing, want string"},
		{"reply without a prompt", "codex-reply", `{"conversationId":"` + id + `"}`, "Failed to parse the arguments for the tool codex-reply: arguments.prompt: missing, want string"},
		{"no id", "codex-reply", `{"conversationId":"x","prompt":"p"}`, `cannot parse the conversation id: "x" is not a UUID`},
		{"unknown id, in another spelling", "codex-reply", `{"conversationId":"urn:uuid:` + strings.ToUpper(id) + `","prompt":"p"}`, "Session not found for conversation id: " + id},
		{"limit out of range", "codex-list", `{"limit":0}`, "Failed to parse the arguments for the tool codex-list: arguments.limit: got 0, want an integer from 1 to 100"},
		{"bad cursor", "codex-list", `{"cursor":"x"}`, "Failed to parse the arguments for the tool codex-list: arguments.cursor: "},
		{"bad list", "codex-list", `[]`, "Failed to parse the arguments for the tool codex-list: arguments: got an array, want object"},
		{"interrupt without an id", "codex-interrupt", `{}`, "Failed to parse the arguments for the tool codex-interrupt: arguments.conversationId: missing, want string"},
		{"interrupt of what is not open", "codex-interrupt", `{"conversationId":"` + id + `"}`, "The Codex session " + id + " is not open"},
		{"close of what is not open", "codex-close", `{"conversationId":"` + id + `"}`, "The Codex session " + id + " is not open"},
		{"close of no id", "codex-close", `{"conversationId":"x"}`, `cannot parse the conversation id: "x" is not a UUID`},
	}
	f := newFixture(t, func(o *Options) { o.ExtraTools = true })
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := f.in(t).dial()
			p.call("1", test.tool, test.arguments)
			m := p.next()
			if m.at("result", "isError") != "true" {
				t.Errorf("no tool error: %s", m.text)
			}
			got := m.resultText(t)
			if got != test.want && !(strings.HasSuffix(test.want, ": ") && strings.HasPrefix(got, test.want) && len(got) > len(test.want)) {
				t.Errorf("text %q, want %q", got, test.want)
			}
		})
	}
}
