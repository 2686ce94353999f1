package protocol_test

import (
	"encoding/json"
	"testing"

	"github.com/codex-go/codex/protocol"
	"github.com/google/go-cmp/cmp"
)

// rewrite decodes in as a T and writes it again.
func rewrite[T any](in string) (string, error) {
	var v T
	if err := protocol.Unmarshal([]byte(in), &v); err != nil {
		return "", err
	}
	out, err := protocol.Append(nil, &v)
	return string(out), err
}

// TestInputForms shows which forms are read beside the one that is written,
// and which are refused.
func TestInputForms(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		rewrite func(string) (string, error)
		in      string
		want    string // "" when refused
		wantErr string
	}{
		// Absent and null.
		{"null member missing", rewrite[protocol.EventMsg], `{"type":"task_started"}`, `{"type":"task_started","model_context_window":null}`, ""},
		{"omitted member null", rewrite[protocol.EventMsg], `{"type":"user_message","message":"m","kind":null,"images":null}`, `{"type":"user_message","message":"m"}`, ""},
		{"omitted list empty", rewrite[protocol.EventMsg], `{"type":"user_message","message":"m","images":[]}`, `{"type":"user_message","message":"m","images":[]}`, ""},
		{"aggregated_output missing", rewrite[protocol.EventMsg], `{"type":"exec_command_end","call_id":"c","stdout":"","stderr":"","exit_code":0,"duration":{"secs":0,"nanos":0},"formatted_output":""}`, `{"type":"exec_command_end","call_id":"c","stdout":"","stderr":"","aggregated_output":"","exit_code":0,"duration":{"secs":0,"nanos":0},"formatted_output":""}`, ""},
		{"indices missing", rewrite[protocol.FuzzyFileSearchResult], `{"root":"/w","path":"x","file_name":"x","score":0}`, `{"root":"/w","path":"x","file_name":"x","score":0,"indices":[]}`, ""},
		{"requiresOpenaiAuth missing", rewrite[protocol.GetAuthStatusResponse], `{}`, `{"requiresOpenaiAuth":null}`, ""},
		{"initialMessages missing", rewrite[protocol.ResumeConversationResponse], `{"conversationId":"01a2029d-382a-70f3-8903-4d64504c64fb","model":"m"}`, `{"conversationId":"01a2029d-382a-70f3-8903-4d64504c64fb","model":"m","initialMessages":[]}`, ""},
		{"required member null", rewrite[protocol.EventMsg], `{"type":"agent_message","message":null}`, "", "message: got null, want string"},
		{"nullable any missing", rewrite[protocol.McpInvocation], `{"server":"s","tool":"t"}`, `{"server":"s","tool":"t","arguments":null}`, ""},
		{"rate limits of an older release", rewrite[protocol.EventMsg], `{"type":"token_count","info":null}`, `{"type":"token_count","info":null,"rate_limits":null}`, ""},

		// The three states of effort.
		{"effort absent", rewrite[protocol.Op], `{"type":"override_turn_context"}`, `{"type":"override_turn_context"}`, ""},
		{"effort null", rewrite[protocol.Op], `{"type":"override_turn_context","effort":null}`, `{"type":"override_turn_context","effort":null}`, ""},
		{"effort set", rewrite[protocol.Op], `{"type":"override_turn_context","effort":"low"}`, `{"type":"override_turn_context","effort":"low"}`, ""},
		{"effort unknown", rewrite[protocol.Op], `{"type":"override_turn_context","effort":"most"}`, "", `effort: got "most", want one of "minimal", "low", "medium", "high"`},

		// Reasoning content.
		{"content absent", rewrite[protocol.ResponseItem], `{"type":"reasoning","summary":[]}`, `{"type":"reasoning","summary":[],"content":null,"encrypted_content":null}`, ""},
		{"content empty", rewrite[protocol.ResponseItem], `{"type":"reasoning","summary":[],"content":[]}`, `{"type":"reasoning","summary":[],"encrypted_content":null}`, ""},
		{"content only text", rewrite[protocol.ResponseItem], `{"type":"reasoning","summary":[],"content":[{"type":"text","text":"t"}]}`, `{"type":"reasoning","summary":[],"encrypted_content":null}`, ""},
		{"content with reasoning text", rewrite[protocol.ResponseItem], `{"type":"reasoning","summary":[],"content":[{"type":"text","text":"t"},{"type":"reasoning_text","text":"r"}]}`, `{"type":"reasoning","summary":[],"content":[{"type":"text","text":"t"},{"type":"reasoning_text","text":"r"}],"encrypted_content":null}`, ""},

		// Model items.
		{"ids are not written", rewrite[protocol.ResponseItem], `{"type":"function_call","id":"fc","name":"n","arguments":"{}","call_id":"c"}`, `{"type":"function_call","name":"n","arguments":"{}","call_id":"c"}`, ""},
		{"extra members go", rewrite[protocol.ResponseItem], `{"type":"message","role":"user","content":[{"type":"output_text","text":"t","annotations":[]}],"x":1}`, `{"type":"message","role":"user","content":[{"type":"output_text","text":"t"}]}`, ""},
		{"output that is no text", rewrite[protocol.ResponseItem], `{"type":"function_call_output","call_id":"c","output":{"content":"x"}}`, "", "output: got an object, want string"},
		{"summary part of another type", rewrite[protocol.ResponseItem], `{"type":"reasoning","summary":[{"type":"text","text":"t"}]}`, "", `summary[0].type: got "text", want "summary_text"`},
		{"shell action of another type", rewrite[protocol.ResponseItem], `{"type":"local_shell_call","status":"completed","action":{"type":"run","command":[]}}`, "", `action.type: got "run", want "exec"`},
		{"shell action without nullable members", rewrite[protocol.LocalShellAction], `{"type":"exec","command":["ls"]}`, `{"type":"exec","command":["ls"],"timeout_ms":null,"working_directory":null,"env":null,"user":null}`, ""},
		{"item without a type", rewrite[protocol.ResponseItem], `{"role":"user"}`, "", `type: missing, want one of "message", "reasoning", "local_shell_call", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output", "web_search_call"`},

		// File changes, as newer releases write them.
		{"add tagged inside", rewrite[protocol.FileChanges], `{"/a":{"type":"add","content":"c"}}`, `{"/a":{"add":{"content":"c"}}}`, ""},
		{"delete tagged inside", rewrite[protocol.FileChanges], `{"/a":{"content":"c","type":"delete"}}`, `{"/a":{"delete":{"content":"c"}}}`, ""},
		{"update tagged inside", rewrite[protocol.FileChanges], `{"/a":{"type":"update","unified_diff":"d"}}`, `{"/a":{"update":{"unified_diff":"d","move_path":null}}}`, ""},
		{"paths are sorted", rewrite[protocol.FileChanges], `{"/b":{"add":{"content":""}},"/a":{"delete":{"content":""}}}`, `{"/a":{"delete":{"content":""}},"/b":{"add":{"content":""}}}`, ""},
		{"change of another kind", rewrite[protocol.FileChanges], `{"/a":{"chmod":{}}}`, "", `/a: got "chmod", want one of "add", "delete", "update"`},

		// Plans.
		{"plan with another member", rewrite[protocol.Plan], `{"plan":[],"x":1}`, "", "x: unknown member"},
		{"step with another member", rewrite[protocol.Plan], `{"plan":[{"step":"s","status":"pending","x":1}]}`, "", "plan[0].x: unknown member"},
		{"step with an unknown status", rewrite[protocol.Plan], `{"plan":[{"step":"s","status":"done"}]}`, "", `plan[0].status: got "done", want one of "pending", "in_progress", "completed"`},
		{"plan without steps", rewrite[protocol.Plan], `{"explanation":"e"}`, "", "plan: missing, want array"},
		{"plan without explanation", rewrite[protocol.Plan], `{"plan":[]}`, `{"explanation":null,"plan":[]}`, ""},

		// Reviews.
		{"scores left out", rewrite[protocol.ReviewOutput], `{"findings":[{"title":"t","body":"b","priority":null,"code_location":{"absolute_file_path":"/a","line_range":{"start":1,"end":2}}}],"overall_correctness":"c","overall_explanation":"e"}`, `{"findings":[{"title":"t","body":"b","confidence_score":0.0,"priority":0,"code_location":{"absolute_file_path":"/a","line_range":{"start":1,"end":2}}}],"overall_correctness":"c","overall_explanation":"e","overall_confidence_score":0.0}`, ""},
		{"widened score", rewrite[protocol.ReviewOutput], `{"findings":[],"overall_correctness":"","overall_explanation":"","overall_confidence_score":0.8999999761581421}`, `{"findings":[],"overall_correctness":"","overall_explanation":"","overall_confidence_score":0.9}`, ""},

		// MCP results.
		{"result of another kind", rewrite[protocol.McpCallResult], `{"Maybe":1}`, "", `got an object, want an object with "Ok" or "Err"`},
		{"result that is no object", rewrite[protocol.McpCallResult], `"Ok"`, "", `got a string, want object`},
		{"bad result", rewrite[protocol.McpCallResult], `{"Ok":{"content":1}}`, "", `Ok.content: got 1, want array`},
		{"error result", rewrite[protocol.McpCallResult], `{"Err":"<cause>"}`, `{"Err":"<cause>"}`, ""},

		// Identifiers and sources.
		{"UUID in braces", rewrite[protocol.ConversationID], `"{0199AAAA-BBBB-7CCC-8DDD-EEEEEEEEEEEE}"`, `"0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"`, ""},
		{"UUID as a URN", rewrite[protocol.LoginID], `"urn:uuid:0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"`, `"0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"`, ""},
		{"UUID without hyphens", rewrite[protocol.SubscriptionID], `"0199AAAABBBB7CCC8DDDEEEEEEEEEEEE"`, `"0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"`, ""},
		{"empty UUID", rewrite[protocol.ConversationID], `""`, "", "got a string, want UUID"},
		{"another source", rewrite[protocol.SessionSource], `"somewhere"`, `"somewhere"`, ""},
		{"source of a newer release", rewrite[protocol.SessionSource], `{"subagent":"review"}`, `"unknown"`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.rewrite(tc.in)
			if text := errText(err); text != tc.wantErr {
				t.Fatalf("error %q, want %q", text, tc.wantErr)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("written (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAppendItem(t *testing.T) {
	t.Parallel()
	item := &protocol.WebSearchCallItem{ID: "ws_1", Status: "completed", Action: &protocol.SearchAction{Query: "q"}}
	unknown := &protocol.UnknownItem{Type: "ghost", Raw: json.RawMessage(`{"type":"ghost","id":"g"}`)}
	for _, tc := range []struct {
		name   string
		item   protocol.ResponseItem
		withID bool
		want   string
	}{
		{"with id", item, true, `{"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"q"}}`},
		{"without", item, false, `{"type":"web_search_call","status":"completed","action":{"type":"search","query":"q"}}`},
		{"no id to write", &protocol.FunctionCallItem{}, true, `{"type":"function_call","name":"","arguments":"","call_id":""}`},
		{"success is not written", &protocol.FunctionCallOutputItem{Success: new(true)}, true, `{"type":"function_call_output","call_id":"","output":""}`},
		{"unknown", unknown, false, `{"type":"ghost","id":"g"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := protocol.AppendItem([]byte("> "), tc.item, tc.withID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("> "+tc.want, string(got)); diff != "" {
				t.Errorf("AppendItem (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOptional(t *testing.T) {
	t.Parallel()
	var absent protocol.Optional[string]
	for _, tc := range []struct {
		name                 string
		in                   protocol.Optional[string]
		value                string
		hasValue, null, zero bool
		written              string
	}{
		{"absent", absent, "", false, false, true, "null"},
		{"null", protocol.Null[string](), "", false, true, false, "null"},
		{"value", protocol.Some("v"), "v", true, false, false, `"v"`},
		{"empty value", protocol.Some(""), "", true, false, false, `""`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			value, ok := tc.in.Get()
			if value != tc.value || ok != tc.hasValue || tc.in.IsNull() != tc.null || tc.in.IsZero() != tc.zero {
				t.Errorf("Get = %q, %v; IsNull = %v; IsZero = %v", value, ok, tc.in.IsNull(), tc.in.IsZero())
			}
			out, err := json.Marshal(tc.in)
			if err != nil || string(out) != tc.written {
				t.Errorf("encoding/json writes %s, %v", out, err)
			}
			var back protocol.Optional[string]
			if err := json.Unmarshal(out, &back); err != nil {
				t.Fatal(err)
			}
			want := tc.in
			if tc.zero {
				want = protocol.Null[string]()
			}
			if back != want {
				t.Errorf("encoding/json reads %+v", back)
			}
		})
	}
}
