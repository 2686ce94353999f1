package protocol_test

import (
	"encoding/json"
	"testing"

	"github.com/codex-go/codex/protocol"
	"github.com/google/go-cmp/cmp"
)

// TestUnknownCasesStayVerbatim checks that what newer releases write comes out
// as it went in, in a conversation, a notification and a rollout file.
func TestUnknownCasesStayVerbatim(t *testing.T) {
	t.Parallel()
	const odd = `{"z":1.0,"type":"from_the_future","a":{"é":[1e2,"\u0041"]}}`
	for _, tc := range []struct {
		name    string
		rewrite func(string) (string, error)
		in      string
	}{
		{"event", rewrite[protocol.EventMsg], odd},
		{"event in a notification", rewrite[protocol.EventNotification], `{"id":"1","msg":` + odd + `,"conversationId":` + testID + `}`},
		{"event in an event", rewrite[protocol.EventMsg], `{"type":"session_configured","session_id":` + testID + `,"model":"m","history_log_id":0,"history_entry_count":0,"initial_messages":[` + odd + `],"rollout_path":""}`},
		{"item", rewrite[protocol.ResponseItem], odd},
		{"content", rewrite[protocol.ResponseItem], `{"type":"message","role":"user","content":[` + odd + `,{"type":"input_text","text":"t"}]}`},
		{"reasoning content", rewrite[protocol.ResponseItem], `{"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"r"},` + odd + `],"encrypted_content":null}`},
		{"web search action", rewrite[protocol.ResponseItem], `{"type":"web_search_call","action":` + odd + `}`},
		{"event line", rewrite[protocol.RolloutLine], `{"timestamp":"t","type":"event_msg","payload":` + odd + `}`},
		{"item line", rewrite[protocol.RolloutLine], `{"timestamp":"t","type":"response_item","payload":` + odd + `}`},
		{"line", rewrite[protocol.RolloutLine], `{"timestamp":"t","type":"from_the_future","payload":` + odd + `}`},
		{"line without an object", rewrite[protocol.RolloutLine], `{"timestamp":"t","type":"from_the_future","payload":[1.50]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.rewrite(tc.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.in, got); diff != "" {
				t.Errorf("it changed (-read +written):\n%s", diff)
			}
		})
	}
}

func TestUnknownCasesSayTheirType(t *testing.T) {
	t.Parallel()
	const odd = `{"x":1,"type":"from_the_future"}`
	var event protocol.EventMsg
	var item protocol.ResponseItem
	for _, v := range []any{&event, &item} {
		if err := protocol.Unmarshal([]byte(odd), v); err != nil {
			t.Fatal(err)
		}
	}
	raw := json.RawMessage(odd)
	if diff := cmp.Diff(protocol.EventMsg(&protocol.UnknownEvent{Type: "from_the_future", Raw: raw}), event); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(protocol.ResponseItem(&protocol.UnknownItem{Type: "from_the_future", Raw: raw}), item); diff != "" {
		t.Errorf("item (-want +got):\n%s", diff)
	}
	if event.EventType() != "from_the_future" || item.ItemType() != "from_the_future" || item.ItemID() != "" {
		t.Errorf("types %q and %q, id %q", event.EventType(), item.ItemType(), item.ItemID())
	}
}

// TestClosedUnionsRefuseUnknownTags checks the unions whose cases decide what
// is done.
func TestClosedUnionsRefuseUnknownTags(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		rewrite func(string) (string, error)
		in      string
	}{
		{"operation", rewrite[protocol.Op], `{"type":"x"}`},
		{"input", rewrite[protocol.InputItem], `{"type":"x"}`},
		{"client input", rewrite[protocol.ClientInput], `{"type":"x","data":{}}`},
		{"sandbox policy", rewrite[protocol.SandboxPolicy], `{"mode":"x"}`},
		{"file change", rewrite[protocol.FileChange], `{"x":{}}`},
		{"parsed command", rewrite[protocol.ParsedCommand], `{"type":"x"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got, err := tc.rewrite(tc.in); err == nil {
				t.Errorf("read as %s", got)
			}
		})
	}
}
