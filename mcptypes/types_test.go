package mcptypes_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/mcptypes/wire"
)

// TestReading holds what reading accepts and refuses, beyond the schema's own
// words. (spec: mcp, design notes for a Go generator)
func TestReading(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		target  any
		in      string
		want    string // what is written again
		wantErr string
	}{
		{name: "request id, string", target: new(mcptypes.RequestId), in: `"7"`, want: `"7"`},
		{name: "request id, integer", target: new(mcptypes.RequestId), in: `-7`, want: `-7`},
		{name: "request id, fraction", target: new(mcptypes.RequestId), in: `1.0`, wantErr: "got 1.0, want string or integer"},
		{name: "request id, exponent", target: new(mcptypes.RequestId), in: `1e2`, wantErr: "got 1e2, want string or integer"},
		{name: "request id, too large", target: new(mcptypes.RequestId), in: `9223372036854775808`, wantErr: "got 9223372036854775808, want string or integer"},
		{name: "request id, null", target: new(mcptypes.RequestId), in: `null`, wantErr: "got null, want string or integer"},
		{
			name: "names are case sensitive", target: new(mcptypes.CallToolRequestParams), in: `{"Name":"x"}`,
			wantErr: "name: missing, want string",
		},
		{
			name: "arguments keep order and spelling", target: new(mcptypes.CallToolRequestParams),
			in: `{"name":"x","arguments":{"b":1,"a":[2.0, 1e3]}}`, want: `{"arguments":{"b":1,"a":[2.0,1e3]},"name":"x"}`,
		},
		{
			name: "null is absence", target: new(mcptypes.CallToolRequestParams),
			in: `{"name":"x","arguments":null,"_meta":null}`, want: `{"name":"x"}`,
		},
		{
			name: "false and empty lists are not absence", target: new(mcptypes.CallToolResult),
			in: `{"content":[],"isError":false,"_meta":{}}`, want: `{"content":[],"isError":false,"_meta":{}}`,
		},
		{
			name: "unknown content", target: new(mcptypes.CallToolResult),
			in: `{"content":[{"x":1,"type":"hologram"}]}`, want: `{"content":[{"x":1,"type":"hologram"}]}`,
		},
		{
			name: "content without a type", target: new(mcptypes.CallToolResult),
			in: `{"content":[{"x":1}]}`, wantErr: `content[0].type: missing, want one of "text", "image", "audio", "resource_link", "resource"`,
		},
		{
			name: "sound is not a picture", target: new(mcptypes.CallToolResult),
			in:   `{"content":[{"data":"AA==","mimeType":"audio/wav","type":"audio"}]}`,
			want: `{"content":[{"type":"audio","data":"AA==","mimeType":"audio/wav"}]}`,
		},
		{
			name: "any schema of a tool", target: new(mcptypes.Tool),
			in: `{"name":"x","inputSchema":{"$defs":{},"z":1,"a":2}}`, want: `{"inputSchema":{"$defs":{},"z":1,"a":2},"name":"x"}`,
		},
		{
			name: "contents of a resource, text first", target: new(mcptypes.ReadResourceResult),
			in: `{"contents":[{"uri":"u","text":"t","blob":"AA=="}]}`, want: `{"contents":[{"text":"t","uri":"u"}]}`,
		},
		{
			name: "contents of a resource, unknown", target: new(mcptypes.ReadResourceResult),
			in: `{"contents":[{"uri":"u","stream":1}]}`, want: `{"contents":[{"uri":"u","stream":1}]}`,
		},
		{
			name: "bounds keep their spelling", target: new(mcptypes.NumberSchema),
			in: `{"type":"number","minimum":1e2,"maximum":2.50}`, want: `{"maximum":2.50,"minimum":1e2,"type":"number"}`,
		},
		{
			name: "unknown level", target: new(mcptypes.LoggingMessageNotificationParams),
			in: `{"level":"loud","data":null}`, want: `{"data":null,"level":"loud"}`,
		},
		{
			name: "unknown notification", target: new(mcptypes.ServerNotification),
			in: `{"method":"codex/event","params":{"id":"1"}}`, want: `{"method":"codex/event","params":{"id":"1"}}`,
		},
		{
			name: "unknown request", target: new(mcptypes.ServerRequest), in: `{"method":"shout"}`,
			wantErr: `method: got "shout", want one of "ping", "sampling/createMessage", "roots/list", "elicitation/create"`,
		},
		{
			name: "version of the envelope is not looked at", target: new(mcptypes.JSONRPCRequest),
			in: `{"jsonrpc":1,"id":1,"method":"ping"}`, want: `{"jsonrpc":"2.0","id":1,"method":"ping"}`,
		},
		{
			name: "an open result keeps its members", target: new(mcptypes.Result),
			in: `{"z":{"b":1,"a":2.0},"_meta":{"k":null},"a":"\u00fc"}`, want: `{"_meta":{"k":null},"a":"\u00fc","z":{"b":1,"a":2.0}}`,
		},
		{
			name: "user agent", target: new(mcptypes.Implementation),
			in: `{"name":"n","version":"v","user_agent":"ua"}`, want: `{"name":"n","user_agent":"ua","version":"v"}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := wire.Unmarshal([]byte(test.in), test.target)
			if test.wantErr != "" {
				if err == nil || err.Error() != test.wantErr {
					t.Errorf("error %v, want %q", err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := wire.Append(nil, test.target)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("written (-want +got):\n%s", diff)
			}
		})
	}
}

// TestShapes finds the cases of unions without a tag.
func TestShapes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		want     mcptypes.PrimitiveSchemaDefinition
	}{
		{"text", `{"type":"string"}`, &mcptypes.StringSchema{}},
		{"choice", `{"type":"string","enum":["a"]}`, &mcptypes.EnumSchema{Enum: []string{"a"}}},
		{"number", `{"type":"integer"}`, &mcptypes.NumberSchema{Type: mcptypes.NumberSchemaTypeInteger}},
		{"yes or no", `{"type":"boolean"}`, &mcptypes.BooleanSchema{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got mcptypes.PrimitiveSchemaDefinition
			if err := wire.Unmarshal([]byte(test.in), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("case (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRequestIdAsKey(t *testing.T) {
	t.Parallel()
	seen := map[mcptypes.RequestId]string{wire.StringID("1"): "string", wire.IntID(1): "integer"}
	if len(seen) != 2 || seen[wire.IntID(1)] != "integer" {
		t.Errorf("ids of different kinds are equal: %v", seen)
	}
	if _, err := wire.Append(nil, new(mcptypes.RequestId)); err == nil {
		t.Error("an id that is none can be written")
	}
}
