package mcpclient

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

func TestParseArguments(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		text string
		want string // "" is none
		err  string
	}{
		{"empty", "", "", ""},
		{"blank", " \t\r\n", "", ""},
		{"null", " null ", "", ""},
		{"an object", ` {"b": 1.0, "a": [1e400]} `, `{"b": 1.0, "a": [1e400]}`, ""},
		{"a list", `[1]`, `[1]`, ""},
		{"text", `"x"`, `"x"`, ""},
		{"broken", `{broken`, "", "invalid character 'b'"},
		{"cut off", `{"a":`, "", "unexpected end"},
		{"more behind it", `{} {}`, "", "after top-level value"},
		{"two values in disguise", `1,"other":2`, "", "after top-level value"},
		{"nested too deeply", strings.Repeat("[", 500) + strings.Repeat("]", 500), "", "unusable JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseArguments(tt.text)
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Error(diff)
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

func FuzzParseArguments(f *testing.F) {
	f.Add(`{"a":[1,{"b":null}]}`)
	f.Add("null")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseArguments(text)
		if err != nil || got == nil {
			return
		}
		// Whatever was read can be written in an event.
		event := &protocol.McpToolCallBeginEvent{Invocation: protocol.McpInvocation{Arguments: got}}
		if line, err := protocol.Append(nil, event); err != nil || !json.Valid(line) {
			t.Errorf("%q becomes %q, %v", text, line, err)
		}
	})
}

func TestModelText(t *testing.T) {
	t.Parallel()
	image := strings.Repeat("QUJD", 100) // 300 bytes
	tests := []struct {
		name    string
		result  string
		limit   int
		want    string
		success bool
	}{
		{"text", `{"content":[{"type":"text","text":"<hi> & bye"}]}`, 1000, `[{"type":"text","text":"<hi> & bye"}]`, true},
		{"nothing", `{"content":[]}`, 1000, `[]`, true},
		{"structured", `{"content":[{"type":"text","text":"x"}],"structuredContent":{"z":1.0, "a":[1e3]}}`, 1000, `{"z":1.0,"a":[1e3]}`, true},
		{"structured without content", `{"structuredContent":{"a":1}}`, 1000, `{"a":1}`, true},
		{"content null", `{"content":null,"structuredContent":{"a":1}}`, 1000, `{"a":1}`, true},
		{"structured null", `{"content":[],"structuredContent":null}`, 1000, `[]`, true},
		{"not an error", `{"content":[],"isError":false}`, 1000, `[]`, true},
		{"error", `{"content":[{"type":"text","text":"no"}],"isError":true}`, 1000, failedPrefix + `[{"type":"text","text":"no"}]`, false},
		{"structured error", `{"structuredContent":{"why":1},"isError":true}`, 1000, failedPrefix + `{"why":1}`, false},
		{"what nobody knows", `{"content":[{"type":"hologram","depth":3.0}]}`, 1000, `[{"type":"hologram","depth":3.0}]`, true},
		{"a small image", `{"content":[{"type":"image","data":"aGk=","mimeType":"image/png"}]}`, 1000,
			`[{"type":"image","data":"aGk=","mimeType":"image/png"}]`, true},
		{"large data", `{"content":[{"type":"image","data":"` + image + `","mimeType":"image/png"},{"type":"text","text":"T"},
			{"type":"audio","data":"` + image + `","mimeType":"audio/wav"},
			{"type":"resource","resource":{"uri":"a:b","blob":"` + image + `"}},{"type":"resource","resource":{"uri":"a:b","text":"R"}}]}`, 500,
			`[{"type":"image","data":"(300 bytes left out)","mimeType":"image/png"},{"type":"text","text":"T"},` +
				`{"type":"audio","data":"(300 bytes left out)","mimeType":"audio/wav"},` +
				`{"type":"resource","resource":{"blob":"(300 bytes left out)","uri":"a:b"}},{"type":"resource","resource":{"text":"R","uri":"a:b"}}]`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			result, err := decodeResult(json.RawMessage(tt.result))
			if err != nil {
				t.Fatal(err)
			}
			before, err := wire.Append(nil, result)
			if err != nil {
				t.Fatal(err)
			}
			got, success := ModelText(result, tt.limit)
			if diff := cmp.Diff(tt.want, got); diff != "" || success != tt.success {
				t.Errorf("success %v\n%s", success, diff)
			}
			after, err := wire.Append(nil, result)
			if diff := cmp.Diff(string(before), string(after)); diff != "" || err != nil {
				t.Errorf("the result was changed: %s%v", diff, err)
			}
		})
	}
}

func TestDecodeResultErrors(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`{}`, `{"content":null}`, `{"content":{}}`, `{"content":[{"type":"text"}]}`, `[]`, `null`, `3`} {
		if got, err := decodeResult(json.RawMessage(in)); err == nil || got != nil {
			t.Errorf("%s: %v, %v", in, got, err)
		}
	}
}

func FuzzDecodeResult(f *testing.F) {
	f.Add([]byte(`{"content":[{"type":"text","text":"x"},{"type":"image","data":"eA==","mimeType":"i"},{"type":"new","a":1}],"isError":true}`))
	f.Add([]byte(`{"structuredContent":{"a":1},"_meta":{"b":2}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		result, err := decodeResult(in)
		if err != nil {
			return
		}
		if _, err := wire.Append(nil, result); err != nil {
			t.Errorf("cannot be written: %v", err)
		}
		text, _ := ModelText(result, 10)
		if !json.Valid([]byte(strings.TrimPrefix(text, failedPrefix))) {
			t.Errorf("no JSON: %q", text)
		}
	})
}

func TestReadTools(t *testing.T) {
	t.Parallel()
	raw := []json.RawMessage{
		json.RawMessage(`{"name":"good","inputSchema":{"type":"object"},"title":"T","annotations":{"readOnlyHint":true},"_meta":{"a":1}}`),
		json.RawMessage(`{"name":"odd","description":"d","title":3,"inputSchema":{"type":"object","properties":{"a":{"type":"integer"}}},"annotations":{"readOnlyHint":"yes"}}`),
		json.RawMessage(`{"name":"none"}`),
		json.RawMessage(`{"name":"null","inputSchema":null}`),
		json.RawMessage(`{"name":"list","inputSchema":[1]}`),
		json.RawMessage(`{"inputSchema":{}}`),
		json.RawMessage(`{"name":7,"inputSchema":{}}`),
		json.RawMessage(`"name"`),
		json.RawMessage(`{"name":"good","inputSchema":{"type":"object","properties":{"late":{}}}}`),
		json.RawMessage(`{"name":"none"}`),
	}
	tools, repeated, problems := readTools(raw)
	type row struct{ Definition, Parameters string }
	var got []row
	for _, tool := range tools {
		text, err := wire.Append(nil, &tool.definition)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row{string(text), string(tool.parameters)})
	}
	const empty = `{"type":"object","properties":{}}`
	want := []row{
		{`{"annotations":{"readOnlyHint":true},"inputSchema":{"type":"object"},"name":"good","title":"T","_meta":{"a":1}}`, empty},
		{`{"description":"d","inputSchema":{"type":"object","properties":{"a":{"type":"integer"}}},"name":"odd"}`, `{"type":"object","properties":{"a":{"type":"integer"}}}`},
		{`{"inputSchema":{"type":"object"},"name":"none"}`, empty},
		{`{"inputSchema":{"type":"object"},"name":"null"}`, empty},
		{`{"inputSchema":[1],"name":"list"}`, openSchema},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(problems) != 3 || repeated != 2 {
		t.Errorf("problems: %q, %d repeated", problems, repeated)
	}
}

func TestErrorTexts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"start", &Failure{Server: "s", Err: errServerName}, `MCP server "s" failed to start: its name must be made of ASCII letters, digits, '_' and '-'`},
		{"one tool", &Failure{Server: "s", Err: &ToolsError{Problems: []string{"p"}}}, `MCP server "s": 1 of its tools cannot be used: p`},
		{"two tools", &Failure{Server: "s", Err: &ToolsError{Problems: []string{"p", "q"}}}, `MCP server "s": 2 of its tools cannot be used: p (and 1 more)`},
		{"call", &CallError{Server: "s", Tool: "t", Err: &RPCError{Code: -1, Message: "m"}}, `the call of tool "t" of MCP server "s" failed: the server answered with error -1: m`},
		{"time", &TimeoutError{What: "initialize", Limit: 1500000000}, `timed out: no answer to initialize within 1.5s`},
		{"no token", &AuthError{Status: 401}, `authentication required: the server wants a bearer token (401 Unauthorized)`},
		{"wrong token", &AuthError{Status: 401, HasBearer: true}, `authentication required: the server refused the bearer token (401 Unauthorized)`},
		{"no sign-in", &AuthError{Status: 401, CanSignIn: true}, `authentication required: sign in with "codex mcp login" or configure a bearer token (401 Unauthorized)`},
		{"forbidden", &AuthError{Status: 403}, `the server denies access (403 Forbidden)`},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, tt.err.Error()); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
	if !errors.Is(&Failure{Err: &CallError{Err: ErrEnded}}, ErrEnded) {
		t.Error("causes are not found")
	}
}
