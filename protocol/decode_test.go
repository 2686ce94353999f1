package protocol_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
	"github.com/google/go-cmp/cmp"
)

const testID = `"01a2029d-382a-70f3-8903-4d64504c64fb"`

func TestDecodeClientRequestErrors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, method, params, want string }{
		{"unknown method", "nope", `{}`, `unknown method "nope"`},
		{"empty method", "", `{}`, `unknown method ""`},
		{"case of the method", "Initialize", `{}`, `unknown method "Initialize"`},
		{"long method", strings.Repeat("m", 100), `{}`, `unknown method "` + strings.Repeat("m", 64) + `..."`},
		{"no params", "initialize", ``, `params: missing, want object`},
		{"params that are optional inside", "getAuthStatus", ``, `params: missing, want object`},
		{"null params", "listConversations", `null`, `params: got null, want object`},
		{"params as an array", "loginApiKey", `["sk-secret"]`, `params: got an array, want object`},
		{"params as a string", "newConversation", `"o3"`, `params: got a string, want object`},
		{"missing in a struct inside", "initialize", `{"clientInfo":{"name":"n"}}`, `params.clientInfo.version: missing, want string`},
		{"null for required", "initialize", `{"clientInfo":null}`, `params.clientInfo: got null, want object`},
		{"wrong case of a field", "loginApiKey", `{"apikey":"sk-secret"}`, `params.apiKey: missing, want string`},
		{"null key", "loginApiKey", `{"apiKey":null}`, `params.apiKey: got null, want string`},
		{"no text where text is due", "loginApiKey", `{"apiKey":{"secret":"sk-secret"}}`, `params.apiKey: got an object, want string`},
		{"fraction", "listConversations", `{"pageSize":25.0}`, `params.pageSize: got 25.0, want unsigned integer`},
		{"negative", "listConversations", `{"pageSize":-1}`, `params.pageSize: got -1, want unsigned integer of 64 bits`},
		{"not a UUID", "interruptConversation", `{"conversationId":"x"}`, `params.conversationId: got a string, want UUID`},
		{"number for a UUID", "interruptConversation", `{"conversationId":1}`, `params.conversationId: got 1, want UUID`},
		{"missing UUID", "removeConversationListener", `{}`, `params.subscriptionId: missing, want UUID`},
		{"unknown policy", "newConversation", `{"approvalPolicy":"always"}`, `params.approvalPolicy: got "always", want one of "untrusted", "on-failure", "on-request", "never"`},
		{"policy object for the mode", "newConversation", `{"sandbox":{"mode":"read-only"}}`, `params.sandbox: got an object, want one of "read-only", "workspace-write", "danger-full-access"`},
		{"list for the map", "newConversation", `{"config":[]}`, `params.config: got an array, want object`},
		{"mode for the policy object", "execOneOffCommand", `{"command":["ls"],"sandboxPolicy":"read-only"}`, `params.sandboxPolicy: got a string, want object`},
		{"policy without mode", "execOneOffCommand", `{"command":["ls"],"sandboxPolicy":{}}`, `params.sandboxPolicy.mode: missing, want one of "danger-full-access", "read-only", "workspace-write"`},
		{"unknown mode", "execOneOffCommand", `{"command":["ls"],"sandboxPolicy":{"mode":"full"}}`, `params.sandboxPolicy.mode: got "full", want one of "danger-full-access", "read-only", "workspace-write"`},
		{"number in a command", "execOneOffCommand", `{"command":["ls",1]}`, `params.command[1]: got 1, want string`},
		{"unknown input", "sendUserMessage", `{"conversationId":` + testID + `,"items":[{"type":"video","data":{}}]}`, `params.items[0].type: got "video", want one of "text", "image", "localImage"`},
		{"core form of an input", "sendUserMessage", `{"conversationId":` + testID + `,"items":[{"type":"text","text":"hi"}]}`, `params.items[0].data: missing, want object`},
		{"core tag of an input", "sendUserMessage", `{"conversationId":` + testID + `,"items":[{"type":"local_image","data":{"path":"/a"}}]}`, `params.items[0].type: got "local_image", want one of "text", "image", "localImage"`},
		{"camel case in an input", "sendUserMessage", `{"conversationId":` + testID + `,"items":[{"type":"image","data":{"imageUrl":"u"}}]}`, `params.items[0].data.image_url: missing, want string`},
		{"text of the third input", "sendUserMessage", `{"conversationId":` + testID + `,"items":[{"type":"text","data":{"text":""}},{"type":"text","data":{"text":""}},{"type":"text","data":{}}]}`, `params.items[2].data.text: missing, want string`},
		{"no items", "sendUserMessage", `{"conversationId":` + testID + `,"items":null}`, `params.items: got null, want array`},
		{"null summary", "sendUserTurn", `{"conversationId":` + testID + `,"items":[],"cwd":"/","approvalPolicy":"never","sandboxPolicy":{"mode":"read-only"},"model":"m","summary":null}`, `params.summary: got null, want one of "auto", "concise", "detailed", "none"`},
		{"overrides", "resumeConversation", `{"path":"/r","overrides":{"model":1}}`, `params.overrides.model: got 1, want string`},
		{"not JSON", "initialize", `{"clientInfo":`, `params.clientInfo: invalid JSON at byte 14: got the end, want object`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := protocol.DecodeClientRequest(tc.method, json.RawMessage(tc.params))
			if err == nil {
				t.Fatalf("got %+v and no error", got)
			}
			if got != nil {
				t.Errorf("got %+v beside the error", got)
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			var unknown *protocol.UnknownMethodError
			var bad *wire.Error
			if errors.As(err, &unknown) != strings.HasPrefix(tc.want, "unknown method") || errors.As(err, &bad) == errors.As(err, &unknown) {
				t.Errorf("error of type %T", err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error repeats a secret: %v", err)
			}
		})
	}
}

func TestDecodeClientRequestAccepts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, method, params string
		want                 protocol.ClientRequest
	}{
		{"unknown fields", "loginApiKey", `{"x":[{}],"apiKey":"k","apikey":1}`, &protocol.LoginAPIKeyParams{APIKey: "k"}},
		{"last of two", "loginApiKey", `{"apiKey":"a","apiKey":"b"}`, &protocol.LoginAPIKeyParams{APIKey: "b"}},
		{"empty is not absent", "loginApiKey", `{"apiKey":""}`, &protocol.LoginAPIKeyParams{}},
		{
			"every optional field null", "newConversation",
			`{"model":null,"profile":null,"cwd":null,"approvalPolicy":null,"sandbox":null,"config":null,"baseInstructions":null,"includePlanTool":null,"includeApplyPatchTool":null}`,
			&protocol.NewConversationParams{},
		},
		{"optional text may be empty", "newConversation", `{"model":"","profile":"","baseInstructions":""}`, &protocol.NewConversationParams{Model: new(""), Profile: new(""), BaseInstructions: new("")}},
		{"null overrides", "resumeConversation", `{"path":"/r","overrides":null}`, &protocol.ResumeConversationParams{Path: "/r"}},
		{"empty overrides", "resumeConversation", `{"path":"/r","overrides":{}}`, &protocol.ResumeConversationParams{Path: "/r", Overrides: &protocol.NewConversationParams{}}},
		{
			"another spelling of a UUID", "removeConversationListener", `{"subscriptionId":"{4D7039C4-03C7-4438-A3A2-7DF9D250A730}"}`,
			&protocol.RemoveConversationListenerParams{SubscriptionID: "4d7039c4-03c7-4438-a3a2-7df9d250a730"},
		},
		{
			"camel case in a policy is passed over", "execOneOffCommand",
			`{"command":[],"sandboxPolicy":{"mode":"workspace-write","networkAccess":true,"writableRoots":["/"],"network_access":null}}`,
			&protocol.ExecOneOffCommandParams{Command: []string{}, SandboxPolicy: &protocol.WorkspaceWritePolicy{}},
		},
		{"no params where none are due", "getUserAgent", ``, &protocol.GetUserAgentParams{}},
		{"null params where none are due", "userInfo", `null`, &protocol.UserInfoParams{}},
		{"an array where none are due", "loginChatGpt", `[1]`, &protocol.LoginChatGPTParams{}},
		{"anything where none are due", "logoutChatGpt", `"x"`, &protocol.LogoutChatGPTParams{}},
		{"an object where none are due", "getUserSavedConfig", `{"x":1}`, &protocol.GetUserSavedConfigParams{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := protocol.DecodeClientRequest(tc.method, json.RawMessage(tc.params))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("params (-want +got):\n%s", diff)
			}
		})
	}
}

// Every method with a params type needs params; every other takes anything.
func TestEveryMethodChecksParams(t *testing.T) {
	t.Parallel()
	without := map[string]bool{"loginChatGpt": true, "logoutChatGpt": true, "getUserSavedConfig": true, "getUserAgent": true, "userInfo": true}
	methods := protocol.ClientMethods()
	if len(methods) != 22 {
		t.Errorf("%d methods, want 22", len(methods))
	}
	for _, method := range methods {
		for _, params := range []string{``, `null`, `[]`, `1`} {
			r, err := protocol.DecodeClientRequest(method, json.RawMessage(params))
			if (err == nil) != without[method] {
				t.Errorf("%s with the params %q: %v", method, params, err)
			}
			if err == nil && r.Method() != method {
				t.Errorf("%s decodes to params of %s", method, r.Method())
			}
		}
	}
}

func TestDecodeAnswers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, method, result string
		decode               func(string, json.RawMessage) (any, error)
		want                 any
		wantErr              string
	}{
		{"approved", "execCommandApproval", `{"decision":"approved","x":1}`, protocol.DecodeServerResult, &protocol.ExecCommandApprovalResponse{Decision: protocol.ReviewApproved}, ""},
		{"unknown decision", "execCommandApproval", `{"decision":"allow"}`, protocol.DecodeServerResult, nil, `result.decision: got "allow", want one of "approved", "approved_for_session", "denied", "abort"`},
		{"null", "applyPatchApproval", `null`, protocol.DecodeServerResult, nil, `result: got null, want object`},
		{"nothing", "applyPatchApproval", ``, protocol.DecodeServerResult, nil, `result: missing, want object`},
		{"method of the other side", "initialize", `{}`, protocol.DecodeServerResult, nil, `unknown method "initialize"`},
		{"empty result", "archiveConversation", `{}`, protocol.DecodeClientResult, &protocol.ArchiveConversationResponse{}, ""},
		{"missing field", "initialize", `{}`, protocol.DecodeClientResult, nil, `result.userAgent: missing, want string`},
		{"result of the other side", "execCommandApproval", `{}`, protocol.DecodeClientResult, nil, `unknown method "execCommandApproval"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.decode(tc.method, json.RawMessage(tc.result))
			if text := errText(err); text != tc.wantErr {
				t.Errorf("error %q, want %q", text, tc.wantErr)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNewResults(t *testing.T) {
	t.Parallel()
	if got, ok := protocol.NewClientResult("userInfo"); !ok || reflect.TypeOf(got) != reflect.TypeFor[*protocol.UserInfoResponse]() {
		t.Errorf("NewClientResult(userInfo) = %T, %v", got, ok)
	}
	if got, ok := protocol.NewServerResult("applyPatchApproval"); !ok || reflect.TypeOf(got) != reflect.TypeFor[*protocol.ApplyPatchApprovalResponse]() {
		t.Errorf("NewServerResult(applyPatchApproval) = %T, %v", got, ok)
	}
	if _, ok := protocol.NewServerResult("userInfo"); ok {
		t.Error("NewServerResult(userInfo) is there")
	}
	if diff := cmp.Diff([]string{"execCommandApproval", "applyPatchApproval"}, protocol.ServerMethods()); diff != "" {
		t.Errorf("ServerMethods (-want +got):\n%s", diff)
	}
}

func TestDecodeNotificationErrors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{"unknown", errOf(protocol.DecodeServerNotification("nope", nil)), `unknown method "nope"`},
		{"no params", errOf(protocol.DecodeServerNotification("authStatusChange", nil)), `params: missing, want object`},
		{"event without params", errOf(protocol.DecodeServerNotification("codex/event/error", nil)), `params: missing, want object`},
		{"event without msg", errOf(protocol.DecodeServerNotification("codex/event/error", json.RawMessage(`{"id":""}`))), `params.msg: missing, want object`},
		{"bad event", errOf(protocol.DecodeServerNotification("codex/event/error", json.RawMessage(`{"id":"","msg":{"type":"error"}}`))), `params.msg.message: missing, want string`},
		{"unknown of the client", errOf(protocol.DecodeClientNotification("nope", nil)), `unknown method "nope"`},
		{"request of a server", errOf(protocol.DecodeServerRequest("nope", nil)), `unknown method "nope"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := errText(tc.err); got != tc.want {
				t.Errorf("error %q, want %q", got, tc.want)
			}
		})
	}
}

func TestInitializedTakesNoParams(t *testing.T) {
	t.Parallel()
	n, err := protocol.DecodeClientNotification("initialized", nil)
	if err != nil || n.Method() != "initialized" {
		t.Errorf("got %v, %v", n, err)
	}
}

func TestEventMethods(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		msg  protocol.EventMsg
		want string
	}{
		{&protocol.TaskStartedEvent{}, "codex/event/task_started"},
		{&protocol.UnknownEvent{Type: "future_event"}, "codex/event/future_event"},
	} {
		n := &protocol.EventNotification{Msg: tc.msg}
		if got := n.Method(); got != tc.want {
			t.Errorf("Method() = %q, want %q", got, tc.want)
		}
	}
}

// errOf drops the value.
func errOf[T any](_ T, err error) error { return err }

// errText returns the text of err, "" for nil.
func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
