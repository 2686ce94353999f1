package protocol_test

import (
	"encoding/json"
	"testing"

	"github.com/codex-go/codex/protocol"
	"github.com/google/go-cmp/cmp"
)

func TestRolloutLineForms(t *testing.T) {
	t.Parallel()
	compacted := &protocol.CompactedLine{Message: "m"}
	for _, tc := range []struct {
		name    string
		in      string
		want    protocol.RolloutLine
		wantErr string
	}{
		{"members in another order", `{"payload":{"message":"m"},"x":1,"type":"compacted","timestamp":"t"}`, protocol.RolloutLine{Timestamp: "t", Item: compacted}, ""},
		{"unknown type, payload first", `{"payload":[1, 2],"type":"world","timestamp":"t"}`, protocol.RolloutLine{Timestamp: "t", Item: &protocol.UnknownRolloutItem{Type: "world", Raw: json.RawMessage("[1, 2]")}}, ""},
		{"first of two payloads", `{"timestamp":"t","type":"compacted","payload":{"message":"m"},"payload":{"message":"x"}}`, protocol.RolloutLine{Timestamp: "t", Item: compacted}, ""},
		{"a second type behind", `{"timestamp":"t","type":"compacted","payload":{"message":"m"},"type":"x"}`, protocol.RolloutLine{Timestamp: "t", Item: compacted}, ""},
		{"first of two times", `{"timestamp":"t","timestamp":"u","type":"compacted","payload":{"message":"m"}}`, protocol.RolloutLine{Timestamp: "t", Item: compacted}, ""},
		{"first of two types", `{"payload":{"message":"m"},"type":"compacted","timestamp":"t","type":"x"}`, protocol.RolloutLine{Timestamp: "t", Item: compacted}, ""},
		{
			"id beside the payload", `{"timestamp":"t","type":"response_item","payload":{"type":"function_call","name":"n","arguments":"","call_id":"c"},"item_id":"fc"}`,
			protocol.RolloutLine{Timestamp: "t", ItemID: "fc", Item: &protocol.ResponseItemLine{Item: &protocol.FunctionCallItem{ID: "fc", Name: "n", CallID: "c"}}}, "",
		},
		{
			"id in the payload", `{"timestamp":"t","type":"response_item","payload":{"type":"function_call","id":"a","name":"n","arguments":"","call_id":"c"},"item_id":"b"}`,
			protocol.RolloutLine{Timestamp: "t", ItemID: "b", Item: &protocol.ResponseItemLine{Item: &protocol.FunctionCallItem{ID: "a", Name: "n", CallID: "c"}}}, "",
		},
		{
			"id of an item that has none", `{"item_id":"fc","timestamp":"t","type":"response_item","payload":{"type":"function_call_output","call_id":"c","output":""}}`,
			protocol.RolloutLine{Timestamp: "t", ItemID: "fc", Item: &protocol.ResponseItemLine{Item: &protocol.FunctionCallOutputItem{CallID: "c"}}}, "",
		},
		{"null id", `{"timestamp":"t","type":"compacted","payload":{"message":"m"},"item_id":null,"ordinal":null}`, protocol.RolloutLine{Timestamp: "t", Item: compacted}, ""},
		{"ordinal", `{"timestamp":"t","ordinal":3,"type":"compacted","payload":{"message":"m"}}`, protocol.RolloutLine{Timestamp: "t", Item: compacted, Ordinal: new(uint64(3))}, ""},
		{
			"meta of a newer release", `{"timestamp":"t","type":"session_meta","payload":{"id":"0199AAAA-bbbb-7ccc-8ddd-eeeeeeeeeeee","timestamp":"s","cwd":"/","originator":"o","cli_version":"v","source":{"subagent":"x"},"model_provider":"p"}}`,
			protocol.RolloutLine{Timestamp: "t", Item: &protocol.SessionMeta{ID: "0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee", Timestamp: "s", Cwd: "/", Originator: "o", CLIVersion: "v", Source: protocol.SourceUnknown}}, "",
		},
		{"no timestamp", `{"type":"compacted","payload":{"message":"m"}}`, protocol.RolloutLine{}, "timestamp: missing, want string"},
		{"timestamp of another kind", `{"timestamp":1,"type":"compacted","payload":{"message":"m"}}`, protocol.RolloutLine{}, "timestamp: got 1, want string"},
		{"no type", `{"timestamp":"t","payload":{"message":"m"}}`, protocol.RolloutLine{}, "type: missing, want string"},
		{"no payload", `{"timestamp":"t","type":"compacted"}`, protocol.RolloutLine{}, "payload: missing, want value"},
		{"bad payload", `{"timestamp":"t","type":"compacted","payload":{}}`, protocol.RolloutLine{}, "payload.message: missing, want string"},
		{"bad payload before the type", `{"payload":{},"timestamp":"t","type":"compacted"}`, protocol.RolloutLine{}, "payload.message: missing, want string"},
		{"bad item", `{"timestamp":"t","type":"response_item","payload":{"type":"message","role":"user"}}`, protocol.RolloutLine{}, "payload.content: missing, want array"},
		{"null item", `{"timestamp":"t","type":"event_msg","payload":null}`, protocol.RolloutLine{}, "payload: got null, want object"},
		{"meta without cwd", `{"timestamp":"t","type":"session_meta","payload":{"id":"0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee","timestamp":"s","originator":"o","cli_version":"v"}}`, protocol.RolloutLine{}, "payload.cwd: missing, want string"},
		{"torn", `{"timestamp":"t","type":"compacted","payload":{"message":"m`, protocol.RolloutLine{}, "payload.message: invalid JSON at byte 59: got the end, want the end of a string"},
		{"two lines in one", `{"timestamp":"t","type":"x","payload":1}{"timestamp":"t","type":"x","payload":1}`, protocol.RolloutLine{}, "invalid JSON at byte 40: got '{', want the end"},
		{"no object", `[]`, protocol.RolloutLine{}, "got an array, want object"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got protocol.RolloutLine
			err := protocol.Unmarshal([]byte(tc.in), &got)
			if text := errText(err); text != tc.wantErr {
				t.Fatalf("error %q, want %q", text, tc.wantErr)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAppendRolloutLineErrors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		in   protocol.RolloutLine
		want string
	}{
		{"no item", protocol.RolloutLine{Timestamp: "t"}, "payload: missing, want object"},
		{"line without its item", protocol.RolloutLine{Item: &protocol.ResponseItemLine{}}, "got nothing, want a ResponseItem"},
		{"raw that is not JSON", protocol.RolloutLine{Item: &protocol.UnknownRolloutItem{Type: "x", Raw: json.RawMessage("{")}}, "invalid JSON at byte 1: got the end, want a key"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			out, err := protocol.Append([]byte("kept"), &tc.in)
			if errText(err) != tc.want || string(out) != "kept" {
				t.Errorf("got %q, error %q, want %q", out, errText(err), tc.want)
			}
		})
	}
}

func TestPeekRolloutLine(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, in, line, payload string
		ok                      bool
	}{
		{"event", `{"timestamp":"t","type":"event_msg","payload":{"type":"token_count","info":{`, "event_msg", "token_count", true},
		{"item", `{"timestamp":"t","type":"response_item","payload":{"role":"user","type":"message"}}`, "response_item", "message", true},
		{"unknown event", `{"type":"event_msg","payload":{"type":"future"}}`, "event_msg", "future", true},
		{"context", `{"type":"turn_context","payload":{"type":"ignored"}}`, "turn_context", "", true},
		{"unknown line", `{"type":"world","payload":{"type":"x"}}`, "world", "", true},
		{"event without a type", `{"type":"event_msg","payload":{}}`, "event_msg", "", true},
		{"torn before the type", `{"timestamp":"t","ty`, "", "", false},
		{"no object", `"type"`, "", "", false},
		{"type of another kind", `{"type":1}`, "", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			line, payload, ok := protocol.PeekRolloutLine([]byte(tc.in))
			if line != tc.line || payload != tc.payload || ok != tc.ok {
				t.Errorf("got %q, %q, %v, want %q, %q, %v", line, payload, ok, tc.line, tc.payload, tc.ok)
			}
		})
	}
}
